-- A copy of the database must not sign tickets that the museum's gates believe.
-- It makes a key of its own when it signs its first one.
UPDATE museum_signing_key
   SET private_key = NULL,
       is_current = FALSE
 WHERE is_current;
-- ... and gives no money back.
UPDATE museum_refund
   SET next_try_at = NULL;
