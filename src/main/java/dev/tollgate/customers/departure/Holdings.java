package dev.tollgate.customers.departure;

import java.util.List;

/** Everything that is stored about an account and a person. No secret, no hash, no sealed text is told, and nothing of how the operator buys. */
final class Holdings {

    private static final String USAGE = """
            u.starts_at u.key_id u.model u.calls u.failed u.cancelled u.prompt_tokens u.cached_tokens u.completion_tokens
            u.thoughts_tokens u.charged_micros u.refunded_micros""";

    static final List<Holding> ALL = List.of(
            Holding.of("account.csv", "the account and its balance", "account a", "a.id = :account", """
                    a.id a.name a.created_at a.blocked:YES_NO a.deleted_at a.balance_micros a.reserved_micros a.purchased_micros
                    a.consumed_micros a.sandbox_micros a.last_sequence a.last_entry_at a.spend_hour:CREDITS a.spend_day:CREDITS a.spend_total:CREDITS""", "a.id"),
            Holding.of(
                    "account-limits.csv",
                    "what all its keys may use together in a minute",
                    "account_rates l",
                    "l.account_id = :account",
                    "l.requests l.tokens l.concurrency",
                    "l.account_id"),
            Holding.of("person.csv", "you, and what you have chosen", "person p", "p.id = :person", """
                    p.id p.account_id p.login p.email p.confirmed_at p.name p.role p.password_due:YES_NO p.zone p.theme
                    p.shortcuts:YES_NO p.balance_line:CREDITS p.key_notices:YES_NO p.totp_secret:PRESENT p.version p.created_at""", "p.id"),
            Holding.of(
                    "sessions.csv",
                    "where you are signed in",
                    "session s",
                    "s.person_id = :person",
                    "s.begun_at s.seen_at s.proved_at s.code_due:YES_NO s.address s.agent",
                    "s.hash"),
            Holding.of(
                    "links.csv",
                    "links that were sent or given to you",
                    "person_link l",
                    "l.person_id = :person",
                    "l.kind l.email l.made_at l.ends_at l.used_at l.mailed:YES_NO",
                    "l.hash"),
            Holding.of(
                    "recovery-codes.csv",
                    "a line for each of your recovery codes",
                    "recovery_code c",
                    "c.person_id = :person",
                    "c.used_at",
                    "c.hash"),
            Holding.of(
                    "identities.csv",
                    "by whose word you sign in, and as whom",
                    "person_identity d",
                    "d.person_id = :person",
                    "d.issuer d.subject d.label d.linked_at d.used_at",
                    "d.issuer"),
            Holding.of(
                    "notices.csv",
                    "what you were told of last",
                    "told_notice n",
                    "n.person_id = :person",
                    "n.told n.sequence n.models",
                    "n.person_id"),
            Holding.of(
                    "mails.csv",
                    "mails to you that wait or went out lately, without their texts",
                    "outgoing_mail m",
                    "(m.account_id = :account OR lower(m.recipient) = (SELECT p.login FROM person p WHERE p.id = :person))",
                    "m.recipient m.subject m.state m.attempts m.queued_at m.due_at m.ended_at m.reason",
                    "m.id"),
            Holding.of(
                    "billing-contact.csv",
                    "who stands on papers",
                    "billing_contact b",
                    "b.account_id = :account",
                    "b.name b.address b.vat_id b.changed_at b.mailed_month",
                    "b.account_id"),
            Holding.of("keys.csv", "all keys there ever were", "api_key k", "k.account_id = :account", """
                    k.id k.prefix k.name k.kind k.disabled:YES_NO k.hidden:YES_NO k.allow k.models k.spend_hour:CREDITS
                    k.spend_day:CREDITS k.spend_total:CREDITS k.rate_requests k.rate_tokens k.rate_concurrency k.expires_at
                    k.last_used_at k.created_at k.deleted_at k.old_until:TIME k.version""", "k.id"),
            Holding.of(
                    "spending.csv",
                    "what each key has spent by hour and day (UTC) and in all",
                    "spend_window w",
                    "(w.key_id = :account OR w.key_id IN (SELECT k.id FROM api_key k WHERE k.account_id = :account))",
                    "w.key_id w.kind w.starts_at w.charged_micros w.held_micros",
                    "w.key_id w.kind w.starts_at"),
            Holding.of(
                    "calls.csv",
                    "calls that have ended, never what was asked or answered",
                    "task t LEFT JOIN reservation r ON r.id = t.id",
                    "t.account_id = :account",
                    """
                    t.id t.key_id t.door t.model_id t.model t.status t.created_at t.completed_at t.usage t.usage_flags
                    t.max_tokens_applied r.held_micros t.charge_micros t.pricing t.error_code t.error_message t.course:COURSE""",
                    "t.id"),
            Holding.of(
                    "running-calls.csv",
                    "calls that run",
                    "open_hold h",
                    "h.account_id = :account",
                    "h.id h.key_id h.door h.model h.created_at h.held_micros",
                    "h.id"),
            Holding.of(
                    "ledger.csv",
                    "every movement of credits",
                    "entry e",
                    "e.account_id = :account",
                    "e.sequence e.created_at e.kind e.reservation_id e.from_bucket e.to_bucket e.amount_micros e.reason",
                    "e.account_id e.sequence"),
            Holding.of(
                    "corrections.csv",
                    "which call a refund is of, and under which id a movement was asked for",
                    "requested_entry q",
                    "q.account_id = :account",
                    "q.sequence q.kind q.task_id q.amount_micros q.request_id:REQUEST_ID",
                    "q.account_id q.sequence"),
            Holding.of(
                    "receipts.csv",
                    "the receipt of each charge",
                    "receipt r",
                    "r.account_id = :account",
                    "r.sequence r.task_id r.body",
                    "r.account_id r.sequence"),
            Holding.of("payments.csv", "payments", "payment p", "p.account_id = :account", """
                    p.id p.channel p.created_at p.net_cents p.tax_cents p.credit_micros p.state p.session_id p.intent_id p.ended_at
                    p.reversed_micros p.missing_micros""", "p.id"),
            Holding.of(
                    "payment-notices.csv",
                    "what the payment service has told of them",
                    "payment_notice n JOIN payment p ON p.id = n.payment_id",
                    "p.account_id = :account",
                    """
                    n.id n.payment_id n.type n.fact n.created_at n.received_at n.intent_id n.object_id n.cents n.outcome n.detail
                    n.replays""",
                    "n.id"),
            Holding.of(
                    "invoices.csv",
                    "papers that were issued",
                    "invoice i JOIN payment p ON p.id = i.payment_id",
                    "p.account_id = :account",
                    """
                    i.payment_id i.series i.year i.sequence i.issued_at i.seller_name i.seller_address i.seller_vat_id i.buyer_name
                    i.buyer_address i.buyer_vat_id""",
                    "i.payment_id"),
            Holding.of(
                    "vouchers.csv",
                    "vouchers that were redeemed",
                    "voucher v",
                    "v.account_id = :account",
                    "v.sequence v.amount_micros v.created_at v.expires_at v.redeemed_at",
                    "v.sequence"),
            Holding.of(
                    "usage-quarters.csv",
                    "what calls came to by the quarter of an hour",
                    "usage_quarter u",
                    "u.account_id = :account",
                    USAGE,
                    "u.account_id u.starts_at u.key_id u.model"),
            Holding.of(
                    "usage-days.csv",
                    "the same by day (UTC), of longer ago",
                    "usage_day u",
                    "u.account_id = :account",
                    USAGE,
                    "u.account_id u.starts_at u.key_id u.model"),
            Holding.of(
                    "kept-answers.csv",
                    "answers that are kept under an Idempotency-Key, without what they say",
                    "kept_answer a",
                    "a.account_id = :account",
                    "a.key_id a.task_id a.created_at a.state a.settled_at a.bytes",
                    "a.key_id a.name_hash"),
            Holding.of(
                    "thought-signatures.csv",
                    "signatures of thoughts that are kept for you, without what they are",
                    "thought_signature s",
                    "s.account_id = :account",
                    "s.model s.used_at",
                    "s.account_id s.print s.place"),
            Holding.of(
                    "operator-deeds.csv",
                    "what an operator has done with the account",
                    "audit_log d",
                    "d.subject = :account",
                    "d.created_at d.action d.reason",
                    "d.sequence"));

    private Holdings() {}
}
