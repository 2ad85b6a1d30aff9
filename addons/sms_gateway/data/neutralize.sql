-- A copy of a database sends nothing and knows no keys.
UPDATE res_company
   SET sms_provider = 'log', sms_dlt_api_key = NULL, sms_dlt_report_secret = NULL,
       sms_dlt_abroad = 'refuse';
