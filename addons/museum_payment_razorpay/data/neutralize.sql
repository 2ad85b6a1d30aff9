-- a copy of the database neither talks to a sandbox nor moves money by its crons;
-- keys and secrets of the provider are cleared by payment_razorpay itself
DELETE FROM ir_config_parameter
 WHERE key IN (
       'museum_payment_razorpay.api_base',
       'museum_payment_razorpay.checkout_js'
       );
UPDATE payment_transaction
   SET razorpay_next_ask_at = NULL;
UPDATE museum_payment_event
   SET body = NULL,
       next_try_at = NULL;
