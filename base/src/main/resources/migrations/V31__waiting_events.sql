-- compatible: yes
--
-- The deliveries that wait for each webhook, which are counted whenever an event is queued. Ends of jobs may queue many, and most have arrived.
CREATE INDEX webhook_delivery_waiting ON webhook_delivery (webhook_id) WHERE state = 'waiting';
