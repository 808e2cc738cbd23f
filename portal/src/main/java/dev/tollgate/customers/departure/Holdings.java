package dev.tollgate.customers.departure;

import dev.tollgate.books.rollups.UsageColumn;
import dev.tollgate.models.Count;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All stored data about an account and a person. The export has no secrets, hashes or encrypted texts, and none of the operator's costs. */
final class Holdings {

    private static final String USAGE =
            "u.starts_at u.key_id u.model" + of("u", UsageColumn.columns(UsageColumn.OF_EXPORTS));

    private static final List<String> COUNTS =
            Stream.of(Count.values()).map(Count::column).toList();

    /** The charges of calls, and the entries: each is read by number with a limit of its own, or a database would sort the whole ledger. */
    private static final String LEDGER = """
            (SELECT * FROM (SELECT c.account_id, c.number, c.ended_at AS created_at, 'charge' AS kind, c.id AS task_id,
                    -c.charged_micros AS amount_micros, 0 AS missing_micros, c.balance_after_micros,
                    CAST(NULL AS TEXT) AS reason, CAST(NULL AS TEXT) AS request_id
                FROM call c WHERE c.account_id = :account AND c.number > :after AND c.charged_micros > 0 ORDER BY c.number LIMIT %1$d) f
            UNION ALL
            SELECT * FROM (SELECT e.account_id, e.number, e.created_at, e.kind, e.task_id, e.amount_micros, e.missing_micros,
                    e.balance_after_micros, e.reason, e.request_id
                FROM entry e WHERE e.account_id = :account AND e.number > :after ORDER BY e.number LIMIT %1$d) g) e""".formatted(AccountFile.ROWS_AT_ONCE);

    static final List<Holding> ALL = List.of(
            Holding.of("account.csv", "your account and its balance", "account a", "a.id = :account", """
                    a.id a.name a.created_at a.blocked:YES_NO a.deleted_at a.balance_micros a.reserved_micros a.purchased_micros
                    a.consumed_micros a.sandbox_micros a.last_number a.last_number_at a.spend_hour:CREDITS a.spend_day:CREDITS a.spend_total:CREDITS
                    a.time_zone a.tag_names a.end_users:YES_NO""", "a.id"),
            Holding.of(
                    "account-limits.csv",
                    "rate limits for all keys together",
                    "account_rates l",
                    "l.account_id = :account",
                    "l.requests l.tokens l.concurrency",
                    "l.account_id"),
            Holding.of("person.csv", "you and your settings", "person p", "p.id = :person", """
                    p.id p.account_id p.login p.email p.confirmed_at p.name p.role p.password_due:YES_NO p.zone p.theme
                    p.shortcuts:YES_NO p.balance_line:CREDITS p.key_notices:YES_NO p.money p.totp_secret:PRESENT p.version p.created_at""", "p.id"),
            Holding.of(
                    "memberships.csv",
                    "your memberships in organizations",
                    "member o",
                    "o.person_id = :person",
                    "o.id o.account_id o.role o.notices:YES_NO o.created_at o.left_at",
                    "o.id"),
            Holding.of(
                    "sessions.csv",
                    "your sessions",
                    "session s",
                    "s.person_id = :person",
                    "s.account_id s.begun_at s.seen_at s.proved_at s.code_due:YES_NO s.address s.agent",
                    "s.hash"),
            Holding.of(
                    "links.csv",
                    "links that you received",
                    "person_link l",
                    "l.person_id = :person",
                    "l.kind l.email l.role l.teams l.made_at l.ends_at l.used_at l.mailed:YES_NO",
                    "l.hash"),
            Holding.of(
                    "recovery-codes.csv",
                    "one line for each recovery code, without the code",
                    "recovery_code c",
                    "c.person_id = :person",
                    "c.used_at",
                    "c.hash"),
            Holding.of(
                    "identities.csv",
                    "your identities at external sign-in services",
                    "person_identity d",
                    "d.person_id = :person",
                    "d.issuer d.subject d.label d.linked_at d.used_at",
                    "d.issuer"),
            Holding.of(
                    "notices.csv",
                    "the notices that you were sent last",
                    "told n",
                    "n.owner = :person",
                    "n.kind n.fact",
                    "n.kind"),
            Holding.of(
                    "dismissed.csv",
                    "warnings that you have dismissed, and operators' forms that you have sent",
                    "dismissed w",
                    "w.person_id = :person",
                    "w.subject w.until",
                    "w.subject"),
            Holding.of(
                    "mails.csv",
                    "waiting and recent mails to you, without their texts",
                    "outgoing_mail m",
                    """
                    (lower(m.recipient) = (SELECT p.login FROM person p WHERE p.id = :person)
                        OR lower(m.recipient) IN (SELECT lower(l.email) FROM person_link l WHERE l.person_id = :person))""",
                    "m.recipient m.subject m.state m.attempts m.queued_at m.due_at m.ended_at m.reason",
                    "m.id"),
            Holding.of(
                    "billing-contact.csv",
                    "the buyer on your invoices and receipts",
                    "billing_contact b",
                    "b.account_id = :account",
                    "b.name b.address b.vat_id b.changed_at",
                    "b.account_id"),
            Holding.of(
                    "keys.csv",
                    "all keys, including deleted ones",
                    "api_key k",
                    "k.account_id = :account",
                    """
                    k.id k.prefix k.name k.kind k.disabled:YES_NO k.hidden:YES_NO k.allow k.models k.spend_hour:CREDITS
                    k.spend_day:CREDITS k.spend_total:CREDITS k.rate_requests k.rate_tokens k.rate_concurrency k.expires_at
                    k.last_used_at k.created_at k.deleted_at k.old_until:TIME k.version k.member_id k.team_id k.moved_to k.created_by
                    k.locked k.scopes k.tags""",
                    "k.id"),
            Holding.of(
                    "teams.csv",
                    "all teams, including archived ones",
                    "team t",
                    "t.account_id = :account",
                    "t.id t.name t.created_at t.archived_at t.paused:YES_NO",
                    "t.id"),
            Holding.of(
                    "team-members.csv",
                    "the people of each team",
                    "team_member f JOIN team t ON t.id = f.team_id",
                    "t.account_id = :account",
                    "f.team_id f.member_id f.role",
                    "f.team_id f.member_id"),
            Holding.of(
                    "webhooks.csv",
                    "addresses that receive events, without URL and secret",
                    "webhook w",
                    "w.account_id = :account",
                    "w.id w.form w.created_at w.old_until:TIME w.failing_since:TIME w.disabled_at",
                    "w.id"),
            Holding.of(
                    "webhook-deliveries.csv",
                    "events that were sent in the last 30 days",
                    "webhook_delivery d",
                    "d.account_id = :account",
                    "d.webhook_id d.event d.created_at d.attempts d.state d.status",
                    "d.id"),
            Holding.of(
                    "spending.csv",
                    "spending of each key by hour, by day (UTC) and in total",
                    "spend_window w",
                    "(w.key_id = :account OR w.key_id IN (SELECT k.id FROM api_key k WHERE k.account_id = :account))",
                    "w.key_id w.kind w.starts_at w.charged_micros w.held_micros",
                    "w.key_id w.kind w.starts_at"),
            Holding.of(
                    "budgets.csv",
                    "budgets of the organization, its members, teams and keys",
                    "budget b",
                    "b.account_id = :account",
                    "b.owner b.kind b.limit_micros:CREDITS b.since:TIME",
                    "b.owner b.kind"),
            Holding.of(
                    "budget-use.csv",
                    "credits used of budgets in their windows",
                    "budget_window w",
                    "w.account_id = :account",
                    "w.owner w.kind w.starts_at w.ends_at w.charged_micros w.held_micros",
                    "w.owner w.kind w.starts_at"),
            Holding.of(
                            "calls.csv",
                            "finished calls, without prompts and responses",
                            "call c LEFT JOIN api_key k ON k.id = c.key_id",
                            "c.account_id = :account",
                            """
                    c.number c.id c.key_id k.team_id k.member_id c.labels c.door c.model_id c.model c.ending c.created_at c.ended_at
                    c.error_code c.error_message c.max_tokens_applied c.held_micros c.due_micros c.charged_micros c.sandbox_micros
                    c.balance_after_micros c.price c.priced_at c.tier c.tier_granted c.step""" + of("c", COUNTS),
                            "c.number")
                    .with(CallCells.RENDERED),
            Holding.of(
                    "running-calls.csv",
                    "running calls",
                    "open_hold h",
                    "h.account_id = :account",
                    "h.id h.key_id h.door h.model h.created_at h.held_micros h.member_id h.team_id",
                    "h.id"),
            Holding.of(
                    "ledger.csv",
                    "all lines of the ledger: charges of calls, and entries",
                    LEDGER,
                    "e.account_id = :account",
                    """
                    e.number e.created_at e.kind e.task_id e.amount_micros e.missing_micros e.balance_after_micros e.reason
                    e.request_id:REQUEST_ID""",
                    "e.number"),
            Holding.of(
                            "receipts.csv",
                            "the receipt of each charge",
                            "call c",
                            "c.account_id = :account AND c.charged_micros > 0",
                            "c.number c.id",
                            "c.number")
                    .with(CallCells.RECEIPT),
            Holding.of("payments.csv", "payments", "payment p", "p.account_id = :account", """
                    p.id p.channel p.created_at p.net_cents p.tax_cents p.credit_micros p.state p.session_id p.intent_id p.ended_at
                    p.reversed_micros p.missing_micros""", "p.id"),
            Holding.of(
                    "payment-notices.csv",
                    "messages of the payment service about your payments",
                    "payment_notice n JOIN payment p ON p.id = n.payment_id",
                    "p.account_id = :account",
                    """
                    n.id n.payment_id n.type n.fact n.created_at n.received_at n.intent_id n.object_id n.cents n.outcome n.detail
                    n.replays""",
                    "n.id"),
            Holding.of(
                    "invoices.csv",
                    "issued invoices and receipts",
                    "invoice i JOIN payment p ON p.id = i.payment_id",
                    "p.account_id = :account",
                    """
                    i.payment_id i.series i.year i.sequence i.issued_at i.seller_name i.seller_address i.seller_vat_id i.buyer_name
                    i.buyer_address i.buyer_vat_id""",
                    "i.payment_id"),
            Holding.of(
                    "vouchers.csv",
                    "redeemed vouchers",
                    "voucher v",
                    "v.account_id = :account",
                    "v.sequence v.amount_micros v.created_at v.expires_at v.redeemed_at",
                    "v.sequence"),
            Holding.of(
                    "usage-quarters.csv",
                    "usage by quarter of an hour",
                    "usage_quarter u",
                    "u.account_id = :account",
                    USAGE,
                    "u.account_id u.starts_at u.key_id u.model"),
            Holding.of(
                    "usage-days.csv",
                    "older usage by day (UTC)",
                    "usage_day u",
                    "u.account_id = :account",
                    USAGE,
                    "u.account_id u.starts_at u.key_id u.model"),
            Holding.of(
                    "refusals.csv",
                    "numbers of refused calls by key, error, limit and quarter of an hour",
                    "refusal r",
                    "r.account_id = :account",
                    "r.starts_at r.key_id r.code r.refused_by r.calls",
                    "r.account_id r.starts_at r.key_id r.code r.refused_by"),
            Holding.of(
                    "labels.csv",
                    "tags and end users of calls; an end user's label has no name",
                    "label l",
                    "l.account_id = :account",
                    "l.number l.name l.value l.created_day:TIME l.used_day:TIME",
                    "l.account_id l.number"),
            Holding.of(
                    "usage-by-label.csv",
                    "usage by day (UTC) and label",
                    "usage_label u",
                    "u.account_id = :account",
                    "u.day:TIME u.number u.model" + of("u", UsageColumn.columns(UsageColumn.OF_LABELS)),
                    "u.account_id u.day u.number u.model"),
            Holding.of(
                    "kept-answers.csv",
                    "responses stored under an Idempotency-Key, without their content",
                    "kept_answer a",
                    "a.account_id = :account",
                    "a.key_id a.task_id a.created_at a.state a.settled_at a.bytes",
                    "a.key_id a.name_hash"),
            Holding.of(
                    "kept-responses.csv",
                    "responses and interactions stored to be continued, without their content",
                    "kept_response c",
                    "c.account_id = :account",
                    "c.id c.previous_id c.bytes c.used_at c.owner c.form",
                    "c.id"),
            Holding.of(
                    "stored-files.csv",
                    "uploaded files, and images that models made, without their content",
                    "stored_file f",
                    "f.account_id = :account",
                    "f.id f.purpose f.mime_type f.bytes f.written f.sha256 f.created_at f.expires_at f.owner",
                    "f.id"),
            Holding.of(
                    "thought-signatures.csv",
                    "stored thought signatures, without their content",
                    "thought_signature s",
                    "s.account_id = :account",
                    "s.model s.used_at",
                    "s.account_id s.print s.place"),
            Holding.of(
                    "organization-log.csv",
                    "what members and keys have changed in the organization",
                    "account_log o",
                    "o.account_id = :account",
                    "o.number o.created_at o.actor o.action o.subject o.before_json o.after_json",
                    "o.account_id o.number"),
            Holding.of(
                    "operator-deeds.csv",
                    "operator actions on the account",
                    "audit_log d",
                    "d.subject = :account",
                    "d.created_at d.action d.reason",
                    "d.sequence"));

    private Holdings() {}

    private static String of(String table, List<String> columns) {
        return columns.stream().map(it -> " " + table + "." + it).collect(Collectors.joining());
    }
}
