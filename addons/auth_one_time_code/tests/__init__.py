from . import (
    test_access,
    test_attempt_limit,
    test_credential,
    test_lib,
    test_login_page,
    test_messages,
    test_one_time_code,
    test_race,
    test_users,
)
