package dev.tollgate.customers.payments;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.books.ledger.FreeCredits;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.Origin;
import dev.tollgate.books.ledger.RequestId;
import dev.tollgate.books.ledger.TakeBack;
import dev.tollgate.books.plans.PlanStep;
import dev.tollgate.books.plans.Turn;
import dev.tollgate.customers.payments.PaymentsPart.PaymentChange;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Decision;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Processes a payment service's notice once. The same unit of work grants the credits if the notice makes the payment paid, and takes credits
 * back if money was refunded or disputed.
 */
final class TakeNotice extends Decision<Verdict> implements PaymentChange {

    private final PaymentNotice notice;
    private final @Nullable Payment read;
    private final boolean isLost;
    private final Party seller;
    private final Instant at;
    private final boolean isTestMoneyGood;
    private final PlanPurchases.@Nullable Offer offer;
    private final boolean hasNoRoom;
    private final @Nullable TakeBack takeBack;
    private final @Nullable Deed deed;
    private final @Nullable Turn turn;

    /** The change by which the period that the payment has bought ends. */
    private final @Nullable Turn back;

    private @Nullable Grant grant;
    private @Nullable PaymentRow row;
    private @Nullable String detail;
    private boolean pays;
    private boolean again;
    private boolean tooEarly;
    private long wantedMicros;

    /**
     * @param read the payment as read before the commit, or as the notice describes it; null if there is none
     * @param isLost whether it is made from the notice, because a restore has lost it
     * @param from the address that sent the notice
     * @param seller the operator's current details
     * @param isTestMoneyGood whether credits of test payments buy calls of paid models
     * @param offer what the payment buys of a plan if this pays it; null for general credits
     * @param sold the period of a plan that the payment has bought; null if it has bought none, or if this says nothing of its money
     * @param hasNoRoom whether the account is known to have no room for all credits
     */
    TakeNotice(
            PaymentNotice notice,
            @Nullable Payment read,
            boolean isLost,
            String from,
            Party seller,
            boolean isTestMoneyGood,
            PlanPurchases.@Nullable Offer offer,
            PlanPurchases.@Nullable Sold sold,
            boolean hasNoRoom,
            Instant at) {
        this.isTestMoneyGood = isTestMoneyGood;
        this.notice = notice;
        this.read = read;
        this.isLost = isLost;
        this.seller = seller;
        this.at = at;
        this.offer = offer;
        this.hasNoRoom = hasNoRoom;
        Payment counts = notice.wrong() == null ? read : null;
        this.back = counts != null && sold != null ? sold.turn(counts, this::isBack) : null;
        Payment paying = notice.fact() == PaymentNotice.Fact.PAID && !hasNoRoom ? counts : null;
        this.turn = paying == null ? null : turn(paying);
        if (paying != null && turn == null) {
            gives(offer == null ? credits(paying) : credits(paying).under(offer.beside()));
        }
        boolean mayTake =
                notice.fact() == PaymentNotice.Fact.PAID || !notice.fact().isOfTheWay();
        this.takeBack = counts != null && mayTake ? takeBack(counts) : null;
        this.deed = counts != null && takeBack != null ? TakenBackDeed.of(notice, counts, takeBack, from, at) : null;
    }

    /** Returns the id of the request that gives the payment's credits. */
    static RequestId credited(Payment payment) {
        return payment.channel().movesMoney()
                ? new RequestId("payment-" + payment.id())
                : FreeCredits.ofTestPayment(payment.accountId(), payment.id());
    }

    private @Nullable Turn turn(Payment payment) {
        return offer == null || offer.isBeside()
                ? null
                : offer.turn(payment, terms -> gives(credits(payment).under(terms)), () -> pays);
    }

    private Grant gives(Grant credits) {
        grant = credits;
        return credits;
    }

    private Grant credits(Payment payment) {
        String dollars = Payment.dollars(payment.netCents());
        String money = payment.channel().movesMoney()
                ? "Payment of $" + dollars
                : "Test payment of $" + dollars + ", no money moved";
        String reason = offer == null
                ? money
                : money + ": plan " + offer.version().terms().name();
        String account = payment.accountId();
        long micros = payment.creditMicros();
        if (!payment.channel().movesMoney()) {
            Origin test = Origin.of(Origin.Kind.TEST_PAYMENT, payment.id());
            RequestId free = credited(payment);
            return isOfSandbox(payment)
                    ? Grant.ofSandbox(account, micros, reason, test, () -> pays, free, at)
                    : Grant.onCondition(account, micros, reason, test, () -> pays, free, at);
        }
        Origin origin = Origin.of(Origin.Kind.PAYMENT, payment.id());
        return Grant.paid(account, micros, reason, origin, () -> pays, credited(payment), at);
    }

    private boolean isOfSandbox(Payment payment) {
        return isOfSandbox(payment, isTestMoneyGood);
    }

    /** Returns whether a payment's credits pay only for responses of the sandbox. */
    static boolean isOfSandbox(Payment payment, boolean isTestMoneyGood) {
        return !payment.channel().movesMoney() && !isTestMoneyGood;
    }

    private TakeBack takeBack(Payment payment) {
        TakeBack takes = new TakeBack(
                payment.accountId(),
                this::wanted,
                taken -> {
                    if (row != null) {
                        row.takenBack(taken);
                    }
                },
                switch (notice.fact()) {
                    case REFUNDED -> "Card refund";
                    case DISPUTED, DISPUTE_LOST -> "Disputed payment";
                    case DISPUTE_WON -> "Dispute won";
                    default -> "Refunded or disputed before it was confirmed";
                },
                new RequestId("notice-" + notice.id()),
                Origin.of(
                        switch (notice.fact()) {
                            case REFUNDED -> Origin.Kind.CARD_REFUND;
                            case DISPUTED, DISPUTE_LOST -> Origin.Kind.DISPUTE;
                            case DISPUTE_WON -> Origin.Kind.DISPUTE_WON;
                            default -> Origin.Kind.EARLY_REFUND;
                        },
                        payment.id()),
                isOfSandbox(payment),
                at);
        return takes.of(credited(payment));
    }

    private TakeBack.@Nullable Wanted wanted() {
        PaymentRow own = row;
        return own != null && outcome() == Verdict.TAKEN && own.isCredited()
                ? new TakeBack.Wanted(own.taken(), wantedMicros, isBack())
                : null;
    }

    /** Returns whether all money of a payment of a plan is back: its period ends. Once payments are judged. */
    private boolean isBack() {
        PaymentRow own = row;
        return own != null
                && outcome() == Verdict.TAKEN
                && own.stored().bought() != null
                && wantedMicros == own.stored().creditMicros();
    }

    /** Returns the changes of one commit, in order. */
    List<Change> unit() {
        Stream<Change> credits = turn == null ? Stream.ofNullable(grant) : turn.changes().stream();
        Stream<Change> plan = back == null ? Stream.of() : back.changes().stream();
        return Stream.of(Stream.of(this), credits, plan, Stream.ofNullable(takeBack), Stream.ofNullable(deed))
                .<Change>flatMap(changes -> changes)
                .toList();
    }

    PaymentNotice notice() {
        return notice;
    }

    @Nullable
    Payment read() {
        return read;
    }

    boolean isLost() {
        return isLost;
    }

    Party seller() {
        return seller;
    }

    Instant at() {
        return at;
    }

    // ---- by the part ----

    void judge(Verdict verdict, @Nullable PaymentRow of, @Nullable String why) {
        row = of;
        detail = why;
        pays = false;
        tooEarly = false;
        wantedMicros = 0;
        decide(verdict);
    }

    /** Marks a notice that was refused when it was received before. */
    void comesAgain() {
        again = true;
    }

    boolean isAgain() {
        return again;
    }

    /** Refuses the notice for a reason that passes within moments. */
    void isTooEarly() {
        tooEarly = true;
    }

    boolean wasTooEarly() {
        return tooEarly;
    }

    /** Returns whether the account's plan has changed since it was read. Once plans are judged. */
    boolean isOutdated() {
        return turn != null && !turn.outcome() || back != null && !back.outcome();
    }

    /** Returns whether it makes a change of the account's plan if it pays. */
    boolean isTurn() {
        return turn != null;
    }

    boolean hasNoRoom() {
        return hasNoRoom;
    }

    /** Returns the step that it makes of the account's plan; null for none. */
    @Nullable
    PlanStep step() {
        return turn == null ? null : turn.bought();
    }

    /** Marks the payment as paid by this notice. */
    void pays() {
        pays = true;
        if (row != null && grant != null) {
            row.creditedBy(grant, step());
        }
    }

    void wants(long micros) {
        wantedMicros = micros;
    }

    /** Once the ledger has decided. */
    boolean hasPaid() {
        return pays && grant != null && grant.outcome().isDone();
    }

    /** Returns whether it would have paid, and the account could not take the credits. */
    boolean couldNotPay() {
        return pays && grant != null && !grant.outcome().isDone();
    }

    /** Returns the verdict for the sender. Once the ledger has decided. */
    Verdict verdict() {
        return tooEarly ? Verdict.TOO_EARLY : couldNotPay() ? Verdict.REFUSED : outcome();
    }

    @Nullable
    PaymentRow row() {
        return row;
    }

    @Nullable
    String detail() {
        return detail;
    }

    /** The audit log row for credits that a payment service's notice takes back or returns. Its actor is no operator. */
    private static final class TakenBackDeed {

        private TakenBackDeed() {}

        /** @param from the address that sent the notice */
        static Deed of(PaymentNotice notice, Payment payment, TakeBack takeBack, String from, Instant at) {
            return new Deed(
                    new Actor(payment.channel().isStripes() ? "stripe" : "test payment", from),
                    "payment." + notice.fact().code(),
                    payment.accountId(),
                    null,
                    at,
                    () -> takeBack.outcome()
                            .map(done -> changed(notice, payment, done))
                            .orElse(null));
        }

        private static Deed.Changed changed(PaymentNotice notice, Payment payment, TakeBack.Done done) {
            ObjectNode before = json(done.before().balanceMicros(), done.takenBefore());
            ObjectNode after = json(done.balance().balanceMicros(), done.after())
                    .put("payment", payment.id())
                    .put("event", notice.id())
                    .put("object", Objects.requireNonNullElse(notice.objectId(), ""))
                    .put("blocked", done.blocked());
            return new Deed.Changed(
                    ApiJson.MAPPER.writeValueAsString(before), ApiJson.MAPPER.writeValueAsString(after));
        }

        private static ObjectNode json(long balanceMicros, TakeBack.Taken taken) {
            ObjectNode json = ApiJson.MAPPER.createObjectNode();
            ApiJson.credits(json, "balance", balanceMicros);
            ApiJson.credits(json, "credits_taken_back", taken.micros());
            ApiJson.credits(json, "credits_missing", taken.missingMicros());
            if (taken.lapsedMicros() > 0) {
                ApiJson.credits(json, "credits_lapsed", taken.lapsedMicros());
            }
            return json;
        }
    }
}
