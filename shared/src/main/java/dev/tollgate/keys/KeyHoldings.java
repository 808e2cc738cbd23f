package dev.tollgate.keys;

import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.holdings.RowErasure;
import dev.tollgate.storage.holdings.RowErasure.Value;
import java.util.List;

/** The keys of an account and their common limits, for exports and erasures. */
public final class KeyHoldings {

    private KeyHoldings() {}

    /** Returns the rate limits of all keys together: they stay when the account ends. */
    public static Holding limits() {
        return Holding.of(ExportFile.of(
                "account-limits.csv",
                "rate limits for all keys together",
                "account_rates l",
                "l.account_id = :account",
                "l.requests l.tokens l.concurrency",
                "l.account_id"));
    }

    public static Holding keys() {
        return Holding.of(ExportFile.of(
                        "keys.csv",
                        "all keys, including deleted ones",
                        "api_key k",
                        "k.account_id = :account",
                        """
                    k.id k.prefix k.name k.kind k.disabled:YES_NO k.hidden:YES_NO k.allow k.models k.spend_hour:CREDITS
                    k.spend_day:CREDITS k.spend_total:CREDITS k.rate_requests k.rate_tokens k.rate_concurrency k.max_input_price:CREDITS k.max_output_price:CREDITS k.expires_at
                    k.last_used_at k.created_at k.deleted_at k.old_until:TIME k.version k.member_id k.team_id k.moved_to k.created_by
                    k.locked k.scopes k.tags""",
                        "k.id"))
                .with(new RowErasure("""
            UPDATE api_key SET name = 'deleted', allow = '', tags = '', disabled = 1, hash = 'deleted ' || id, old_hash = NULL,
                old_until = NULL,
                deleted_at = COALESCE(deleted_at, ?), version = version + 1
            WHERE account_id = ?""", List.of(Value.TIME, Value.ACCOUNT)));
    }
}
