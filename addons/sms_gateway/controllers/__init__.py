from . import dlt_reports
