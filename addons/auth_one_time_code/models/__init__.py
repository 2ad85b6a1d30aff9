from . import (
    attempt_limit,
    auth_one_time_attempt,
    auth_one_time_code,
    auth_one_time_cost,
    auth_one_time_sending,
    auth_verified_address,
    mail_mail,
    res_config_settings,
    res_users,
    res_users_addresses,
    sms_sms,
)
