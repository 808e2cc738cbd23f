package dev.tollgate.calls.metering;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Shortage;
import dev.tollgate.base.money.Credits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.grants.WithheldGrant;
import dev.tollgate.books.grants.WithheldGrant.ByLimits;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.ReserveOutcome;
import dev.tollgate.keys.PriceCeiling;
import dev.tollgate.models.Model;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.PriceSchedule;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.Usage;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The errors for refused reservations: they say how much is missing, which limit was reached, and when it resets (D27, D31). */
public final class Refusals {

    /** The documented sentence, word for word. Further details follow it. */
    static final String TOO_LOW = "Your credit balance is too low. Please top up.";

    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("d MMMM uuuu", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    /** The most models of a grant that a refusal names. */
    private static final int MODELS_MAX = 5;

    private static final String MIDNIGHT = "T00:00:00Z";
    private static final Duration SOON = Duration.ofSeconds(1);

    private Refusals() {}

    /**
     * @param account an account whose calls cannot be covered at all
     * @param spendableMicros less than the least that a call costs: the rest of the balance buys only the sandbox's responses
     */
    public static ApiError nothingToSpend(Account account, long spendableMicros) {
        long heldMicros = account.balance().reservedMicros();
        String sandbox = ofSandbox(account.balance().balanceMicros() - spendableMicros);
        Shortage shortage = new Shortage.OfCredits(null, 0, Math.max(0, heldMicros));
        if (heldMicros > 0) {
            String held = " " + Credits.text(heldMicros) + " credits are held by running calls.";
            return ApiError.of(ErrorCode.INSUFFICIENT_CREDITS, TOO_LOW + held + sandbox)
                    .lacking(shortage)
                    .retryAfter(SOON);
        }
        String available = spendableMicros == 0 ? "No" : Credits.text(spendableMicros);
        return ApiError.of(
                        ErrorCode.INSUFFICIENT_CREDITS, TOO_LOW + " " + available + " credits are available." + sandbox)
                .lacking(shortage);
    }

    /** @param micros the part of the balance that only sandbox calls can use */
    private static String ofSandbox(long micros) {
        return micros == 0
                ? ""
                : " " + Credits.text(micros)
                        + " credits of the balance were given for nothing and buy only the sandbox's answers.";
    }

    static ApiError of(ReserveOutcome.Short refused, Instant now) {
        return switch (refused) {
            case ReserveOutcome.InsufficientCredits credits -> of(credits, now);
            case ReserveOutcome.SpendLimitReached limit -> of(limit, now);
        };
    }

    /** Makes the refusal of a call that may use the provider's tools: its most is not covered, and its account may not have one more call on less (D31). */
    static ApiError of(ReserveOutcome.NotOnLess refused, Instant now) {
        if (refused.becauseOfRunningCalls()) {
            String places = " On less, an account may have " + Ledger.SHORTFALLS_MAX
                    + " calls with such tools: these places are held by running calls"
                    + (refused.shortfalls() == 0 ? "." : " or used by calls of today that cost more than was covered.");
            return most(refused, places, refused.reservedMicros(), null).retryAfter(SOON);
        }
        Instant tomorrow = Objects.requireNonNull(SpendWindow.DAY.endsAt(now));
        String today = " Until " + tomorrow + " the account's calls with such tools have to hold their most, because "
                + refused.shortfalls() + " calls of today cost more than was covered.";
        ApiError error = most(refused, today, 0, tomorrow);
        return error.code() == ErrorCode.SPEND_LIMIT_EXCEEDED
                ? error.retryAfter(Duration.between(now, tomorrow)).doNotRetry()
                : error;
    }

    private static ApiError most(
            ReserveOutcome.NotOnLess refused, String why, long heldMicros, @Nullable Instant freesAt) {
        return switch (refused.most()) {
            case ReserveOutcome.InsufficientCredits credits ->
                ApiError.of(
                                credits.byLimits() == null
                                        ? ErrorCode.INSUFFICIENT_CREDITS
                                        : ErrorCode.SPEND_LIMIT_EXCEEDED,
                                before(credits) + " With all that the provider's tools may add, the call can cost "
                                        + Credits.text(credits.leastMicros())
                                        + " credits; " + available(credits) + "."
                                        + why
                                        + ofSandbox(credits.sandboxMicros())
                                        + after(credits))
                        .lacking(shortage(credits, heldMicros));
            case ReserveOutcome.SpendLimitReached limit ->
                ApiError.of(
                                ErrorCode.SPEND_LIMIT_EXCEEDED,
                                sentence(limit) + "up to " + Credits.text(limit.leastMicros())
                                        + " with all that the provider's tools may add." + why)
                        .lacking(shortage(limit, heldMicros, freesAt));
        };
    }

    static ApiError of(ReserveOutcome.InsufficientCredits refused, Instant now) {
        String sandbox = ofSandbox(refused.sandboxMicros()) + after(refused);
        String need = " The call needs " + least(refused.availableMicros(), refused.leastMicros()) + " credits; "
                + available(refused);
        if (refused.becauseOfRunningCalls()) {
            return ApiError.of(
                            ErrorCode.INSUFFICIENT_CREDITS,
                            TOO_LOW + need + " while " + Credits.text(refused.reservedMicros())
                                    + " are held by running calls." + sandbox)
                    .lacking(shortage(refused, refused.reservedMicros()))
                    .retryAfter(SOON);
        }
        ByLimits limits = refused.byLimits();
        if (limits == null) {
            return ApiError.of(ErrorCode.INSUFFICIENT_CREDITS, before(refused) + need + "." + sandbox)
                    .lacking(shortage(refused, 0));
        }
        Instant freesAt = limits.freesAt();
        String again = freesAt == null ? ". Its limits do not give that much." : ". It will reset at " + freesAt + ".";
        ApiError error = ApiError.of(ErrorCode.SPEND_LIMIT_EXCEEDED, before(refused) + need + again + sandbox)
                .lacking(shortage(refused, 0))
                .doNotRetry();
        return freesAt == null ? error : error.retryAfter(Duration.between(now, freesAt));
    }

    /** Returns how the sentence begins: with a limit that alone is the reason, or with credits that do not serve the model. */
    private static String before(ReserveOutcome.InsufficientCredits refused) {
        if (refused.byLimits() != null) {
            return withheld(refused);
        }
        return beginsWithGrant(refused) ? withheld(refused) + " " + TOO_LOW : TOO_LOW;
    }

    /** Returns the sentence about a grant, if it does not stand first. */
    private static String after(ReserveOutcome.InsufficientCredits refused) {
        return refused.byLimits() != null || beginsWithGrant(refused) || named(refused) == null
                ? ""
                : " " + withheld(refused);
    }

    private static boolean beginsWithGrant(ReserveOutcome.InsufficientCredits refused) {
        WithheldGrant grant = named(refused);
        return grant != null && grant.reason() instanceof WithheldGrant.OtherModels && !refused.becauseOfRunningCalls();
    }

    private static @Nullable WithheldGrant named(ReserveOutcome.InsufficientCredits refused) {
        ByLimits limits = refused.byLimits();
        ReserveOutcome.OfGrants grants = refused.grants();
        return limits != null ? limits.named() : grants == null ? null : grants.withheld();
    }

    private static String available(ReserveOutcome.InsufficientCredits refused) {
        ReserveOutcome.OfGrants grants = refused.grants();
        String model = grants == null || named(refused) == null ? "" : "for " + grants.model() + " ";
        return model + Credits.text(refused.availableMicros()) + " are available";
    }

    /** Returns the sentence about a grant that does not give the call what is left in it (Z20); empty if there is none. */
    private static String withheld(ReserveOutcome.InsufficientCredits refused) {
        WithheldGrant grant = named(refused);
        if (grant == null) {
            return "";
        }
        Instant expiresAt = grant.expiresAt();
        return "Grant " + grant.number() + " (" + Credits.text(grant.creditsMicros()) + " credits"
                + (expiresAt == null ? "" : ", until " + time(expiresAt)) + ") " + reason(grant.reason()) + ".";
    }

    private static String reason(WithheldGrant.Reason reason) {
        return switch (reason) {
            case WithheldGrant.OtherModels other -> {
                List<String> models = other.models().all();
                int more = models.size() - MODELS_MAX;
                yield "serves only " + String.join(", ", models.subList(0, Math.min(MODELS_MAX, models.size())))
                        + (more > 0 ? " and " + more + " more" : "");
            }
            case WithheldGrant.NotStarted later -> "begins at " + time(later.startsAt());
            case WithheldGrant.Limited limited ->
                "gives " + Credits.text(limited.limit().micros()) + " credits in "
                        + limited.limit().hours() + (limited.limit().hours() == 1 ? " hour, " : " hours, ")
                        + (limited.usedMicros() == limited.limit().micros()
                                ? "all used until "
                                : Credits.text(limited.usedMicros()) + " of them used until ")
                        + time(limited.endsAt());
        };
    }

    /** Returns a time as text, without its clock if it is midnight (UTC). */
    private static String time(Instant at) {
        String text = at.toString();
        return text.endsWith(MIDNIGHT) ? text.substring(0, text.length() - MIDNIGHT.length()) : text;
    }

    /**
     * Returns the needed amount as text. The prompt is counted only if the account can spend something; without a count, the amount is an upper bound
     * (D31).
     */
    private static String least(long freeMicros, long leastMicros) {
        return (freeMicros > 0 ? "at least " : "up to ") + Credits.text(leastMicros);
    }

    private static Shortage shortage(ReserveOutcome.InsufficientCredits refused, long heldMicros) {
        return new Shortage.OfCredits(refused.leastMicros(), refused.availableMicros(), heldMicros, figures(refused));
    }

    /** Returns the grant that the refusal names, in figures; null if there is none. */
    private static Shortage.@Nullable Withheld figures(ReserveOutcome.InsufficientCredits refused) {
        ReserveOutcome.OfGrants grants = refused.grants();
        WithheldGrant grant = named(refused);
        if (grants == null || grant == null) {
            return null;
        }
        long number = grant.number();
        String model = grants.model();
        return switch (grant.reason()) {
            case WithheldGrant.OtherModels other -> {
                List<String> models = other.models().all();
                yield new Shortage.Withheld(
                        number,
                        model,
                        models.size() <= MODELS_MAX
                                ? models
                                : Stream.concat(models.stream().limit(MODELS_MAX), Stream.of("…"))
                                        .toList(),
                        0,
                        0,
                        null);
            }
            case WithheldGrant.NotStarted later ->
                new Shortage.Withheld(number, model, List.of(), 0, 0, later.startsAt());
            case WithheldGrant.Limited limited ->
                new Shortage.Withheld(
                        number,
                        model,
                        List.of(),
                        limited.limit().micros(),
                        limited.limit().hours(),
                        limited.endsAt());
        };
    }

    static ApiError of(ReserveOutcome.SpendLimitReached refused, Instant now) {
        long freeMicros = refused.limitMicros() - refused.usedMicros() - refused.heldMicros();
        boolean exceeds = refused.leastMicros() > refused.limitMicros();
        boolean neverFits = exceeds && (freeMicros > 0 || refused.limitMicros() == 0);
        String whole = ", " + (neverFits ? "" : "which may be ") + "more than the whole limit.";
        String sentence = (neverFits ? tooLarge(refused) : sentence(refused))
                + least(freeMicros, refused.leastMicros())
                + (exceeds ? whole : ".");
        if (refused.becauseOfRunningCalls()) {
            return ApiError.of(ErrorCode.SPEND_LIMIT_EXCEEDED, sentence)
                    .lacking(shortage(refused, refused.heldMicros(), null))
                    .retryAfter(SOON);
        }
        if (neverFits || refused.freesAt() == null) { // after a reset the call would be refused again
            String never = neverFits ? "" : " It does not reset by itself.";
            return ApiError.of(ErrorCode.SPEND_LIMIT_EXCEEDED, sentence + never)
                    .lacking(shortage(refused, 0, null))
                    .doNotRetry();
        }
        String resets = refused.zone() == null
                ? refused.freesAt().toString()
                : Shortage.OfLimit.text(refused.freesAt(), refused.zone());
        String again = exceeds ? " A new window begins at " : " It will reset at ";
        return ApiError.of(ErrorCode.SPEND_LIMIT_EXCEEDED, sentence + again + resets + ".")
                .lacking(shortage(refused, 0, refused.freesAt()))
                .retryAfter(Duration.between(now, refused.freesAt()))
                .doNotRetry();
    }

    /** Returns the beginning of the sentence about a call that is larger than the limit, up to the amount that it needs. */
    private static String tooLarge(ReserveOutcome.SpendLimitReached refused) {
        String adjective = window(refused).adjective();
        String limit = refused.zone() == null
                ? refused.owner().kind().ofWhich() + " " + adjective + " spend limit"
                : "the " + adjective + " budget of " + refused.owner().words();
        return "The call is too large for " + limit + " of " + Credits.text(refused.limitMicros())
                + " credits: it needs ";
    }

    /** Returns the beginning of the sentence, up to the amount that the call needs. */
    private static String sentence(ReserveOutcome.SpendLimitReached refused) {
        String adjective = window(refused).adjective();
        String used = Credits.text(refused.usedMicros()) + " are used";
        String held = Credits.text(refused.heldMicros()) + " are held by running calls";
        if (refused.zone() != null) {
            return "The " + adjective + " budget of " + refused.owner().words() + " is reached: of "
                    + Credits.text(refused.limitMicros()) + " credits, " + used
                    + (refused.heldMicros() == 0 ? "" : " and " + held) + "; the call needs ";
        }
        return refused.owner().kind().whose() + " " + adjective + " spend limit of "
                + Credits.text(refused.limitMicros()) + " credits is reached: " + used
                + refused.owner().kind().byAll() + (refused.becauseOfRunningCalls() ? " and " + held : "")
                + ", the call needs ";
    }

    /** Returns the figures of a window without room, as the task of a call that it has cut names them. */
    static Shortage.OfLimit limit(ReserveOutcome.SpendLimitReached full) {
        return shortage(full, 0, full.freesAt());
    }

    private static Shortage.OfLimit shortage(
            ReserveOutcome.SpendLimitReached refused, long heldMicros, @Nullable Instant freesAt) {
        return new Shortage.OfLimit(
                refused.owner(),
                window(refused),
                refused.zone(),
                refused.limitMicros(),
                refused.usedMicros(),
                refused.heldMicros(),
                heldMicros,
                refused.leastMicros(),
                freesAt);
    }

    private static Shortage.OfLimit.Window window(ReserveOutcome.SpendLimitReached refused) {
        return Shortage.OfLimit.Window.valueOf(refused.window().name());
    }

    /**
     * Returns the refusal of a call with a token that costs more than its key allows (C18): at arrival, at the requested tier, and at the step that the hold
     * reckons with. Cached tokens never cost more than others; searches and Google Maps are left to budgets.
     *
     * @return null if no token can cost more
     */
    static @Nullable ApiError aboveCeiling(MeteredCall call, Bounds bounds) {
        PriceCeiling ceiling = call.ceiling();
        if (ceiling.equals(PriceCeiling.NONE)) {
            return null;
        }
        PriceRates rates = rates(bounds);
        long input = bounds.extras().audioTokensMax() > 0
                ? Math.max(rates.inputMicros(), rates.audioMicros())
                : rates.inputMicros();
        if (isAbove(input, ceiling.inputMicros())) {
            return aboveCeiling(call, bounds, input, "input", ceiling.inputMicros());
        }
        long output = bounds.extras().images().most() > 0
                ? Math.max(rates.outputMicros(), rates.imageMicros())
                : rates.outputMicros();
        return isAbove(output, ceiling.outputMicros())
                ? aboveCeiling(call, bounds, output, "output", ceiling.outputMicros())
                : null;
    }

    private static boolean isAbove(long micros, @Nullable Long most) {
        return most != null && micros > most;
    }

    private static PriceRates rates(Bounds bounds) {
        Tariff tariff = bounds.model().pricing().tariff();
        ServiceTier tier = bounds.extras().tier();
        PriceRates.Step above = tariff.above();
        return tariff.of(
                above != null && bounds.isLong() ? new Usage(tier, above.promptTokens() + 1) : new Usage(tier));
    }

    private static ApiError aboveCeiling(
            MeteredCall call, Bounds bounds, long micros, String what, @Nullable Long most) {
        Model model = bounds.model();
        Instant since = since(model, call.pricedAt());
        PriceRates.Step above = model.pricing().tariff().above();
        ServiceTier tier = bounds.extras().tier();
        return ApiError.of(
                        ErrorCode.PRICE_ABOVE_LIMIT,
                        model.id() + " costs " + Credits.text(micros) + " credits per million " + what + " tokens"
                                + (tier == ServiceTier.STANDARD ? "" : " at tier " + tier.word())
                                + (above != null && bounds.isLong()
                                        ? " of prompts above " + String.format(Locale.ROOT, "%,d", above.promptTokens())
                                                + " tokens"
                                        : "")
                                + (since == null ? "" : " since " + DAY.format(since))
                                + "; this key allows " + Credits.text(most == null ? 0 : most) + ".")
                .doNotRetry();
    }

    /** Returns since when a price of the schedule is in force; null for the first one, which has no time. */
    private static @Nullable Instant since(Model model, Instant at) {
        Instant since = null;
        for (PriceSchedule.Dated price : model.prices().dated()) {
            Pricing pricing = price.pricing();
            if (pricing.equals(model.pricing())
                    && !price.from().equals(Instant.MIN)
                    && !price.from().isAfter(at)) {
                since = price.from();
            }
        }
        return since;
    }
}
