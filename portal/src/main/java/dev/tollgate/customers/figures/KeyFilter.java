package dev.tollgate.customers.figures;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.customers.figures.UsageQuestion.By;
import dev.tollgate.keys.KeyView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A filter of calls by their keys: each condition must hold, and the reader must see the key. A key never changes its owner,
 * so the calls of a team or a member are its keys' calls.
 *
 * @param keyId null for any key
 * @param teamId null for any key, in a team or not
 * @param memberId null for any key, personal or not
 * @param view the keys that the reader sees
 */
public record KeyFilter(
        @Nullable String keyId,
        @Nullable String teamId,
        @Nullable String memberId,
        KeyView view) {

    public static final KeyFilter ALL = new KeyFilter(null, null, null, KeyView.ALL);

    /** Returns the filter of all keys that a reader sees. */
    public static KeyFilter of(KeyView view) {
        return new KeyFilter(null, null, null, view);
    }

    /** Returns the filter of one key. @param keyId null for all keys */
    public static KeyFilter ofKey(@Nullable String keyId) {
        return new KeyFilter(keyId, null, null, KeyView.ALL);
    }

    /** Returns a narrower filter: the keys of one team or member as well, or one key. @param by key, team or member */
    public KeyFilter with(By by, String id) {
        return new KeyFilter(
                by == By.KEY ? id : keyId, by == By.TEAM ? id : teamId, by == By.MEMBER ? id : memberId, view);
    }

    /** Returns whether the calls of all keys count. */
    boolean isAll() {
        return keyId == null && !isOfOwners();
    }

    /** Returns whether the owner of a call's key decides. */
    private boolean isOfOwners() {
        return teamId != null || memberId != null || !view.isAll();
    }

    boolean takes(CallRow call) {
        return (keyId == null || keyId.equals(call.keyId())) && (!isOfOwners() || takes(call.owner()));
    }

    private boolean takes(KeyOwner owner) {
        return (teamId == null || teamId.equals(owner.teamId()))
                && (memberId == null || memberId.equals(owner.memberId()))
                && view.sees(owner);
    }

    /**
     * Returns further conditions in SQL for rows whose keys count; empty if all do.
     *
     * @param column of the key's id
     * @param accountId whose rows they are
     * @param values gets the values of the parameters
     */
    public String sql(String column, String accountId, List<Object> values) {
        StringBuilder sql = new StringBuilder();
        if (keyId != null) {
            sql.append(" AND ").append(column).append(" = ?");
            values.add(keyId);
        }
        if (!isOfOwners()) {
            return sql.toString();
        }
        sql.append(" AND ").append(column).append(" IN (SELECT k.id FROM api_key k WHERE k.account_id = ?");
        values.add(accountId);
        if (teamId != null) {
            sql.append(" AND k.team_id = ?");
            values.add(teamId);
        }
        if (memberId != null) {
            sql.append(" AND k.member_id = ?");
            values.add(memberId);
        }
        if (!view.isAll()) {
            sql.append(" AND ").append(view.sql("k", values));
        }
        return sql.append(')').toString();
    }

    /** Returns the number of characters that it keeps in memory. */
    int chars() {
        return length(keyId)
                + length(teamId)
                + length(memberId)
                + view.memberId().length()
                + view.teamIds().stream().mapToInt(String::length).sum();
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }
}
