package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An account's grants and who pays, as docs/billing.md says under <i>Grants</i>, for an account of which one call runs at a time. */
final class GrantsByHand {

    private static final Duration REFUND = Duration.ofDays(30);

    /** What happened in an account, in its order. */
    sealed interface Line {

        Instant at();

        /** @param models separated by spaces; empty: all @param limits as {@code 5:0.7 24:2}, hours and credits */
        record Given(
                Instant at,
                long grant,
                String models,
                @Nullable Instant expiresAt,
                String limits,
                BigDecimal credits) implements Line {}

        record Extended(Instant at, long grant, Instant expiresAt) implements Line {}

        record Ended(Instant at, long grant) implements Line {}

        record Refunded(Instant at, String task, BigDecimal credits) implements Line {}

        record Called(Instant at, String task) implements Line {}
    }

    private static final class Limit {
        final long hours;
        final long credits;
        long window = -1;
        long used;

        Limit(long hours, long credits) {
            this.hours = hours;
            this.credits = credits;
        }
    }

    private static final class Grant {
        final long number;
        final boolean isOfRefunds;
        final String models;
        final Instant startsAt;
        final List<Limit> limits = new ArrayList<>();

        @Nullable
        Instant expiresAt;

        long left;
        boolean isOver;

        Grant(long number, boolean isOfRefunds, String models, Instant startsAt, @Nullable Instant expiresAt) {
            this.number = number;
            this.isOfRefunds = isOfRefunds;
            this.models = models;
            this.startsAt = startsAt;
            this.expiresAt = expiresAt;
        }

        boolean isLive(Instant at) {
            return !isOver && (expiresAt == null || at.isBefore(expiresAt));
        }

        boolean isFor(String model) {
            for (String one : models.split(" ")) {
                if (one.endsWith("*") ? model.startsWith(one.substring(0, one.length() - 1)) : one.equals(model)) {
                    return true;
                }
            }
            return models.isEmpty();
        }

        long pay(long wanted, Instant at) {
            long most = Math.min(wanted, left);
            for (Limit limit : limits) {
                long window = Duration.between(startsAt, at).toMillis()
                        / Duration.ofHours(limit.hours).toMillis();
                if (window != limit.window) {
                    limit.window = window;
                    limit.used = 0;
                }
                most = Math.min(most, limit.credits - limit.used);
            }
            long paid = most;
            limits.forEach(limit -> limit.used += paid);
            left -= paid;
            return paid;
        }
    }

    private static final class Call {
        final List<long[]> shares = new ArrayList<>();
        long charged;
        long refunded;
    }

    private final List<Grant> grants = new ArrayList<>();
    private final Map<String, Call> calls = new HashMap<>();

    /** Returns the shares of a charge in the form of receipts, empty if general credits alone pay it. */
    String charge(Instant at, String task, String model, long micros) {
        List<Grant> order = new ArrayList<>(grants);
        order.removeIf(grant -> !grant.isLive(at) || !grant.isFor(model));
        order.sort(Comparator.comparing((Grant grant) -> grant.expiresAt == null ? Instant.MAX : grant.expiresAt)
                .thenComparing(grant -> grant.models.isEmpty())
                .thenComparing(grant -> grant.number));
        Call call = new Call();
        call.charged = micros;
        long rest = micros;
        StringBuilder text = new StringBuilder();
        for (Grant grant : order) {
            long paid = grant.pay(rest, at);
            if (paid > 0) {
                call.shares.add(new long[] {grant.number, paid});
                text.append(text.isEmpty() ? "" : " ")
                        .append(grant.number)
                        .append(':')
                        .append(paid);
                rest -= paid;
            }
        }
        calls.put(task, call);
        return text.toString();
    }

    void take(Line line) {
        switch (line) {
            case Line.Given given -> give(given);
            case Line.Extended extended -> of(extended.grant()).expiresAt = extended.expiresAt();
            case Line.Ended ended -> {
                of(ended.grant()).isOver = true;
                of(ended.grant()).left = 0;
            }
            case Line.Refunded refunded ->
                refund(refunded.at(), calls.get(refunded.task()), micros(refunded.credits()));
            case Line.Called called -> throw new IllegalArgumentException("no price: " + called);
        }
    }

    private static long micros(BigDecimal credits) {
        return credits.movePointRight(6).longValueExact();
    }

    private Grant of(long number) {
        return grants.get((int) number - 1);
    }

    private void give(Line.Given given) {
        assertThat(given.grant()).as(given.toString()).isEqualTo(last() + 1);
        Grant grant = new Grant(given.grant(), false, given.models(), given.at(), given.expiresAt());
        grant.left = micros(given.credits());
        for (String limit :
                given.limits().isEmpty() ? new String[0] : given.limits().split(" ")) {
            String[] parts = limit.split(":");
            grant.limits.add(new Limit(Long.parseLong(parts[0]), micros(new BigDecimal(parts[1]))));
        }
        grants.add(grant);
    }

    private void refund(Instant at, Call call, long micros) {
        long from = call.refunded;
        long to = from + micros;
        call.refunded = to;
        long begin = 0;
        for (long[] share : call.shares) {
            long end = begin + share[1];
            long part = Math.min(to, end) - Math.max(from, begin);
            if (part > 0) {
                Grant grant = of((int) share[0]);
                (grant.isLive(at) ? grant : ofRefunds(at, grant.models)).left += part;
            }
            begin = end;
        }
    }

    private Grant ofRefunds(Instant at, String models) {
        for (Grant grant : grants) {
            if (grant.isOfRefunds && grant.isLive(at) && grant.models.equals(models)) {
                grant.expiresAt = at.plus(REFUND);
                return grant;
            }
        }
        Grant grant = new Grant(last() + 1, true, models, at, at.plus(REFUND));
        grants.add(grant);
        return grant;
    }

    long last() {
        return grants.size();
    }

    long leftMicros(long number, Instant at) {
        Grant grant = of(number);
        return grant.isLive(at) ? grant.left : 0;
    }
}
