from . import (
    mail_notification,
    res_company,
    res_config_settings,
    sms_dlt_template,
    sms_log,
    sms_sms,
)
