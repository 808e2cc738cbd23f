-- compatible: yes
--
-- A server that does not know the column lets an extended hold keep more of an expired grant than the call had of it at the expiry.

-- What a running call holds since a grant that serves it has expired, by grant, in the form of call.paid_by: the grant pays nothing of it. Null: nothing.
ALTER TABLE open_hold ADD COLUMN after_expiry TEXT;
