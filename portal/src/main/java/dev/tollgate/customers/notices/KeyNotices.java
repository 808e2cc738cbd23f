package dev.tollgate.customers.notices;

import dev.tollgate.customers.notices.NoticeRecord.AccountEvent;
import dev.tollgate.customers.notices.NoticeRecord.Fact;
import dev.tollgate.customers.webhooks.WebhookEvent;
import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells owners and admins, the admins of a team and a member by mail, and webhooks, that keys of theirs expire within {@value #EXPIRING_DAYS} days, or were
 * not used for {@value #UNUSED_DAYS}: each end and each last use once, over all servers. Thread-safe; blocks.
 */
public final class KeyNotices {

    public static final Duration EVERY = Duration.ofHours(1);

    private static final int EXPIRING_DAYS = 7;
    private static final int UNUSED_DAYS = 90;

    /** The keys of one mail. */
    private static final int KEYS_MAX = 200;

    /** The keys that are read at a time. */
    private static final int PAGE = 1_000;

    /** A key that was made to work for less than a week is not announced. */
    private static final String FOUND = """
            SELECT k.account_id, k.id, k.name, k.member_id, k.team_id, %s AS since, n.fact, account.name AS account_name
            FROM api_key k JOIN account ON account.id = k.account_id AND account.blocked = 0 AND account.deleted_at IS NULL
                LEFT JOIN told n ON n.owner = k.account_id AND n.kind = ? AND n.subject = k.id
            WHERE k.account_id > ? AND k.deleted_at IS NULL AND k.disabled = 0 AND k.hidden = 0 AND %s
                AND (n.fact IS NULL OR n.fact <> CAST(%s AS TEXT))
            ORDER BY k.account_id, k.member_id, k.team_id, k.id LIMIT\s""" + PAGE;

    private final NoticeSender by;

    public KeyNotices(NoticeSender by) {
        this.by = by;
    }

    private enum Kind {
        EXPIRING(
                WebhookEvent.KEY_EXPIRING,
                "k.expires_at",
                "k.expires_at > ? AND k.expires_at <= ? AND k.expires_at > k.created_at + "
                        + Duration.ofDays(EXPIRING_DAYS).toMillis()),
        /** Only calls are noted as a use, so management keys are left out. */
        UNUSED(
                WebhookEvent.KEY_UNUSED,
                "COALESCE(k.last_used_at, k.created_at)",
                "k.kind = 'api' AND (k.expires_at IS NULL OR k.expires_at > ?)"
                        + " AND COALESCE(k.last_used_at, k.created_at) <= ?");

        private final WebhookEvent event;
        private final String since;
        private final String condition;

        /** @param condition takes the present time, and the last time of which there are notices */
        Kind(WebhookEvent event, String since, String condition) {
            this.event = event;
            this.since = since;
            this.condition = condition;
        }

        /** Returns the kind of the notice, which is also the event's name. */
        String code() {
            return event.text();
        }

        Instant until(Instant now) {
            return this == EXPIRING
                    ? now.plus(Duration.ofDays(EXPIRING_DAYS))
                    : now.minus(Duration.ofDays(UNUSED_DAYS));
        }
    }

    /** The owner of keys. */
    private record Owner(String accountId, String accountName, String memberId, String teamId) {}

    /**
     * A key.
     *
     * @param since its end, or its last use; the time of its creation if it was never used
     * @param told the fact of the key's former notice; null if there was none
     */
    private record Found(
            Owner owner,
            String id,
            String name,
            Instant since,
            @Nullable String told) {

        static Found of(ResultSet row) throws SQLException {
            Owner owner = new Owner(
                    row.getString("account_id"),
                    row.getString("account_name"),
                    row.getString("member_id"),
                    row.getString("team_id"));
            return new Found(
                    owner,
                    row.getString("id"),
                    row.getString("name"),
                    Columns.time(row, "since"),
                    row.getString("fact"));
        }

        Fact fact(Kind kind, Instant now) {
            AccountEvent event = new AccountEvent(
                    owner.accountId(),
                    id + "_" + kind.name().toLowerCase(Locale.ROOT) + "_" + since.getEpochSecond(),
                    kind.event,
                    now,
                    kind == Kind.EXPIRING
                            ? WebhookEvent.ofExpiringKey(id, name, since)
                            : WebhookEvent.ofUnusedKey(id, name, since));
            return new Fact(owner.accountId(), kind.code(), id, told, String.valueOf(since.toEpochMilli()), event);
        }
    }

    /** Mails what was not mailed yet. */
    public synchronized void sweep() {
        for (Kind kind : Kind.values()) {
            sweep(kind, by.clock().instant());
        }
    }

    /** An account whose mails find no room waits for the next sweep, as do further keys of one with very many, and delays no other one. */
    private void sweep(Kind kind, Instant now) {
        String query = FOUND.formatted(kind.since, kind.condition, kind.since);
        String after = "";
        List<Found> page;
        do {
            String from = after;
            page = by.list(query, Found::of, kind.code(), from, now, kind.until(now));
            Map<Owner, List<Found>> byOwner = new LinkedHashMap<>();
            page.forEach(key ->
                    byOwner.computeIfAbsent(key.owner(), _ -> new ArrayList<>()).add(key));
            byOwner.forEach((owner, keys) -> tell(kind, owner, keys.subList(0, Math.min(KEYS_MAX, keys.size())), now));
            after = page.isEmpty() ? "" : page.getLast().owner().accountId();
        } while (page.size() == PAGE);
    }

    private void tell(Kind kind, Owner owner, List<Found> keys, Instant now) {
        List<String> names = keys.stream().map(Found::name).toList();
        List<Instant> times = keys.stream().map(Found::since).toList();
        by.tell(
                new NoticeRecord(keys.stream().map(key -> key.fact(kind, now)).toList()),
                owner.accountId(),
                () -> Readers.of(by.database(), owner.accountId(), owner.memberId(), owner.teamId()),
                to -> kind == Kind.EXPIRING
                        ? by.letters().keysExpire(to, owner.accountName(), names, times)
                        : by.letters().keysUnused(to, owner.accountName(), names, UNUSED_DAYS));
    }
}
