package dev.tollgate.operator.admin;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Plain values of the administration, as they also stand on the control socket. */
public final class AdminViews {

    /**
     * A row of the usage tables that is not the sum of its calls.
     *
     * @param of {@code quarter}, {@code day} or {@code hour}
     * @param names for a quarter or a day: account, key and model; for an hour: channel, model, the upstream's name of it, and how calls ended
     * @param missing what has to be added to each sum
     */
    public record UsageRow(String of, long startsAt, List<String> names, List<Long> missing) {}

    /**
     * Rows of usage that are to be mended.
     *
     * @param foldedUntil up to where days were folded when they were found, milliseconds
     */
    public record UsageCorrection(long foldedUntil, List<UsageRow> rows) {}

    private AdminViews() {}

    /**
     * An account and its money, micro-credits; balance + reserved + consumed = purchased (D40).
     *
     * @param balanceMicros what can be spent now, holds excluded
     * @param sandboxMicros micro-credits of balance and holds that buy only what the sandbox answers
     * @param deletedAt null while it is there
     */
    public record Account(
            String id,
            String name,
            boolean blocked,
            long balanceMicros,
            long reservedMicros,
            long purchasedMicros,
            long consumedMicros,
            long sandboxMicros,
            Instant createdAt,
            @Nullable Instant deletedAt) {

        public Account {
            Objects.requireNonNull(id);
            Objects.requireNonNull(name);
            Objects.requireNonNull(createdAt);
        }
    }

    /** @param role user or operator */
    public record PersonRole(String account, String login, String role) {

        public PersonRole {
            Objects.requireNonNull(account);
            Objects.requireNonNull(login);
            Objects.requireNonNull(role);
        }
    }

    /**
     * A link that was made for somebody.
     *
     * @param path to hand over, told here and nowhere else; null where it went by mail
     * @param link the same with the public address before it, where that was said
     */
    public record MadeLink(
            String email, @Nullable String path, @Nullable String link) {

        public MadeLink {
            Objects.requireNonNull(email);
        }

        @Override
        public String toString() {
            return "MadeLink";
        }
    }

    /** @param password to be shown once */
    public record NewPassword(String login, String password) {

        public NewPassword {
            Objects.requireNonNull(login);
            Objects.requireNonNull(password);
        }

        @Override
        public String toString() {
            return "NewPassword";
        }
    }

    /** What may be spent in each window, micro-credits; null: no limit. */
    public record Spend(
            @Nullable Long hourMicros,
            @Nullable Long dayMicros,
            @Nullable Long totalMicros) {

        public static final Spend UNLIMITED = new Spend(null, null, null);
    }

    /**
     * What all keys of an account together may use; null: no limit.
     *
     * @param requests a minute, likewise tokens
     * @param concurrency calls at once
     */
    public record AccountLimits(
            @Nullable Long requests,
            @Nullable Long tokens,
            @Nullable Long concurrency,
            Spend spend) {

        public AccountLimits {
            Objects.requireNonNull(spend);
        }
    }

    /** What is changed of them; null: stays as it is. */
    public record AccountLimitsChange(
            @Nullable Limit requests,
            @Nullable Limit tokens,
            @Nullable Limit concurrency,
            @Nullable Limit spendHourMicros,
            @Nullable Limit spendDayMicros,
            @Nullable Limit spendTotalMicros) {

        /** Not named like a property: it would become one on the socket. */
        public boolean changesNothing() {
            return requests == null
                    && tokens == null
                    && concurrency == null
                    && spendHourMicros == null
                    && spendDayMicros == null
                    && spendTotalMicros == null;
        }

        AccountLimits over(AccountLimits old) {
            return new AccountLimits(
                    changed(requests, old.requests()),
                    changed(tokens, old.tokens()),
                    changed(concurrency, old.concurrency()),
                    new Spend(
                            changed(spendHourMicros, old.spend().hourMicros()),
                            changed(spendDayMicros, old.spend().dayMicros()),
                            changed(spendTotalMicros, old.spend().totalMicros())));
        }

        private static @Nullable Long changed(@Nullable Limit limit, @Nullable Long old) {
            return limit == null ? old : limit.most();
        }
    }

    /**
     * A key as it can be shown.
     *
     * @param prefix its first characters
     * @param allow addresses and ranges that may use it; empty: all
     * @param requestsPerMinute null: no limit; likewise tokens a minute, and calls at once
     * @param models the ids that it may use; empty: all
     * @param expiresAt from when on it is refused; null: never
     */
    public record ApiKey(
            String id,
            String accountId,
            String prefix,
            String name,
            Kind kind,
            boolean disabled,
            Spend spend,
            List<String> allow,
            @Nullable Integer requestsPerMinute,
            @Nullable Integer tokensPerMinute,
            @Nullable Integer concurrency,
            List<String> models,
            @Nullable Instant expiresAt,
            Instant createdAt,
            @Nullable Instant lastUsedAt) {

        public ApiKey {
            Objects.requireNonNull(id);
            Objects.requireNonNull(kind);
            Objects.requireNonNull(spend);
            allow = List.copyOf(allow);
            models = List.copyOf(models);
        }
    }

    public enum Kind {
        API,
        MANAGEMENT
    }

    /** @param secret the whole key: shown once, kept by nobody */
    public record NewKey(ApiKey key, String secret) {

        public NewKey {
            Objects.requireNonNull(key);
            Objects.requireNonNull(secret);
        }

        @Override
        public String toString() {
            return "NewKey[" + key.id() + "]";
        }
    }

    /** What a key is made with; see {@link ApiKey}. */
    public record KeyChoice(
            String name,
            Kind kind,
            Spend spend,
            List<String> allow,
            @Nullable Integer requestsPerMinute,
            @Nullable Integer tokensPerMinute,
            @Nullable Integer concurrency,
            List<String> models,
            @Nullable Instant expiresAt) {

        public KeyChoice {
            Objects.requireNonNull(name);
            Objects.requireNonNull(kind);
            Objects.requireNonNull(spend);
            allow = List.copyOf(allow);
            models = List.copyOf(models);
        }

        /** For all models, for good. */
        public KeyChoice(String name, Kind kind, Spend spend, List<String> allow, @Nullable Integer requestsPerMinute) {
            this(name, kind, spend, allow, requestsPerMinute, null, null, List.of(), null);
        }
    }

    /**
     * What is changed of a key; null: stays as it is.
     *
     * @param allow empty: every address
     * @param models empty: all
     */
    public record KeyChange(
            @Nullable String name,
            @Nullable Limit spendHourMicros,
            @Nullable Limit spendDayMicros,
            @Nullable Limit spendTotalMicros,
            @Nullable List<String> allow,
            @Nullable Limit requestsPerMinute,
            @Nullable Limit tokensPerMinute,
            @Nullable Limit concurrency,
            @Nullable List<String> models,
            @Nullable Expiry expiry) {

        public KeyChange {
            allow = allow == null ? null : List.copyOf(allow);
            models = models == null ? null : List.copyOf(models);
        }

        /** Of what keys have had from the beginning. */
        public KeyChange(
                @Nullable String name,
                @Nullable Limit spendHourMicros,
                @Nullable Limit spendDayMicros,
                @Nullable Limit spendTotalMicros,
                @Nullable List<String> allow,
                @Nullable Limit requestsPerMinute) {
            this(
                    name,
                    spendHourMicros,
                    spendDayMicros,
                    spendTotalMicros,
                    allow,
                    requestsPerMinute,
                    null,
                    null,
                    null,
                    null);
        }

        /** Not named like a property: it would become one on the socket. */
        public boolean changesNothing() {
            return name == null
                    && spendHourMicros == null
                    && spendDayMicros == null
                    && spendTotalMicros == null
                    && allow == null
                    && requestsPerMinute == null
                    && tokensPerMinute == null
                    && concurrency == null
                    && models == null
                    && expiry == null;
        }
    }

    /** @param at null: never any more */
    public record Expiry(@Nullable Instant at) {}

    /** @param most null: no limit any more */
    public record Limit(@Nullable Long most) {}

    /** @param next what asks for the page after this one; null: this is the last */
    public record Page<T>(List<T> data, @Nullable String next) {

        public Page {
            data = List.copyOf(data);
        }
    }
}
