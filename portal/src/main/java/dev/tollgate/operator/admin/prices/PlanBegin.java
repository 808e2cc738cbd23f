package dev.tollgate.operator.admin.prices;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.books.plans.PlanStep.Kind;
import dev.tollgate.books.plans.Subscription;
import org.jspecify.annotations.Nullable;

/** The rules for the begin of periods while a plan of the account runs (K16): why they cannot follow it, or begin now. */
final class PlanBegin {

    private PlanBegin() {}

    /** @throws ApiException a 409 if periods cannot begin so */
    static void require(
            Field<?> when, String accountId, @Nullable Subscription last, Version version, int periods, Kind kind) {
        if (last == null || !last.isRunning()) {
            return;
        }
        Sentence refusal =
                switch (kind) {
                    case AFTER -> refusedAfter(accountId, last, version, periods);
                    case NOW -> refusedNow(accountId, last);
                    default -> runs(accountId, last);
                };
        if (refusal != null) {
            throw ApiError.invalid(when.name(), refusal).withStatus(409).asException();
        }
    }

    private static @Nullable Sentence refusedAfter(
            String accountId, Subscription running, Version version, int periods) {
        if (!version.equals(running.version())) {
            return sentence(
                    "Account {account} has the plan {plan} (version {version}). Only the same version can follow it, and {other} (version {newest}) is another: it can begin now, or once the running one has ended.",
                    accountId,
                    running.version().plan(),
                    String.valueOf(running.version().number()),
                    version.plan(),
                    String.valueOf(version.number()));
        }
        if (running.cancelledAt() != null) {
            return sentence(
                    "The customer has cancelled the plan {plan}: no period follows the one until {time}. They can keep it under Billing; or let the periods begin now, or once it has ended.",
                    running.version().plan(),
                    running.endsAt());
        }
        return running.remaining() + periods > Subscription.PERIODS_MAX
                ? sentence(
                        "The plan {plan} has {more} more periods; with these {periods} there would be more than {max}, the most.",
                        running.version().plan(),
                        Integer.toString(running.remaining()),
                        Integer.toString(periods),
                        Integer.toString(Subscription.PERIODS_MAX))
                : null;
    }

    private static @Nullable Sentence refusedNow(String accountId, Subscription running) {
        return running.due() > Subscription.DUE_MAX
                ? sentence(
                        "Account {account} has the plan {plan} (version {version}) with {more} more periods until {until}. If another begins now, the credits of these are given at once, which is possible for {max} at most. End the plan first, or wait.",
                        accountId,
                        running.version().plan(),
                        String.valueOf(running.version().number()),
                        Integer.toString(running.due()),
                        running.until(),
                        Integer.toString(Subscription.DUE_MAX))
                : null;
    }

    private static Sentence runs(String accountId, Subscription running) {
        int more = running.remaining();
        String plan = running.version().plan();
        String version = String.valueOf(running.version().number());
        return more == 0
                ? sentence(
                        "Account {account} has the plan {plan} (version {version}), whose period ends at {time} as the last one. {field} says when the periods begin: after it, or now.",
                        accountId,
                        plan,
                        version,
                        running.endsAt(),
                        FIELD)
                : sentence(
                        "Account {account} has the plan {plan} (version {version}), whose period ends at {time}, with {more} more until {until}. {field} says when the periods begin: after these, or now.",
                        accountId,
                        plan,
                        version,
                        running.endsAt(),
                        Integer.toString(more),
                        running.until(),
                        FIELD);
    }
}
