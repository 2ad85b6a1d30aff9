from . import (
    test_access,
    test_dlt_lib,
    test_dlt_reports,
    test_dlt_sending,
    test_log,
    test_settings,
)
