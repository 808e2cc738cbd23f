package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.grants.CreditGrant;
import dev.tollgate.books.grants.CreditGrant.Kind;
import dev.tollgate.books.grants.GrantTerms;
import dev.tollgate.books.ledger.TakeBack.Taken;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Money of a payment with its own grant goes back and comes again: the books and a calculation by hand agree, under calls and over the expiry. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class TakeBackModelTest {

    private static final Instant BEGIN = Instant.parse("2026-12-01T00:00:00Z");
    private static final Instant EXPIRY = BEGIN.plus(Duration.ofDays(10));
    private static final RequestId PAYMENT = new RequestId("payment-pay_1");
    private static final long PAID = 500;
    private static final int HISTORIES = 12;
    private static final int STEPS = 70;

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private BooksFixture store;
    private Taken taken = Taken.NOTHING;
    private int ids;

    /** A call that the payment's own grant and the refunds of its models serve, another grant, or general credits alone. */
    private record Held(String id, char of, boolean isBeforeExpiry, long micros) {}

    /** What an account has, without a table. */
    private static final class Sheet {

        private long own = PAID;
        private long refunds;
        private long other = 200;
        private long general = 300;
        private long left;
        private long ofGrant;

        /** What came back of the grant once it had expired, among the refunds. */
        private long returned;

        private Taken taken = Taken.NOTHING;
        private final List<Held> held = new ArrayList<>();

        private long of(char which, boolean isBefore) {
            return held.stream()
                    .filter(call -> call.of == which && (which != 'A' || call.isBeforeExpiry == isBefore))
                    .mapToLong(Held::micros)
                    .sum();
        }

        private boolean covers(long ownLeft, long refundsLeft, long generalLeft) {
            long first = Math.max(0, of('A', true) - ownLeft) + of('A', false);
            return Math.max(0, first - refundsLeft) + Math.max(0, of('B', true) - other) + of('G', true) <= generalLeft;
        }

        boolean begins(Held call) {
            held.add(call);
            boolean isCovered = covers(own, refunds, general);
            if (!isCovered) {
                held.remove(call);
            }
            return isCovered;
        }

        void ends(Held call, long charge) {
            held.remove(call);
            long rest = charge;
            if (call.of == 'A') {
                long share = call.isBeforeExpiry ? Math.min(rest, own) : 0;
                while (!covers(own - share, refunds, general - (rest - share))
                        && share > 0
                        && !canPay(own - share, rest - share)) {
                    share--;
                }
                own -= share;
                rest -= share;
                share = Math.min(rest, refunds);
                while (share > 0 && !covers(own, refunds - share, general - (rest - share))) {
                    share--;
                }
                refunds -= share;
                rest -= share;
            } else if (call.of == 'B') {
                long share = Math.min(rest, other);
                long before = other;
                while (share > 0) {
                    other = before - share;
                    if (covers(own, refunds, general - (rest - share))) {
                        break;
                    }
                    share--;
                }
                other = before - share;
                rest -= share;
            }
            general -= rest;
        }

        /** Returns whether refunds and general credits can pay the rest of a charge, and all other holds are covered then. */
        private boolean canPay(long ownLeft, long rest) {
            for (long share = Math.min(rest, refunds); share >= 0; share--) {
                if (covers(ownLeft, refunds - share, general - (rest - share))) {
                    return true;
                }
            }
            return false;
        }

        void lapse(boolean hasExpired) {
            long kept = hasExpired ? Math.min(own, of('A', true)) : own;
            left += own - kept;
            own = kept;
        }

        /** What left late lowers the loss. */
        void find() {
            long found = Math.min(left - taken.lapsedMicros(), taken.missingMicros());
            taken = new Taken(taken.micros(), taken.missingMicros() - found, taken.lapsedMicros() + found);
        }

        void take(long micros, boolean hasExpired) {
            long lapsed = Math.min(micros, left - taken.lapsedMicros());
            long share = hasExpired ? 0 : Math.min(micros - lapsed, own);
            while (share > 0 && !covers(own - share, refunds, general)) {
                share--;
            }
            own -= share;
            long again = hasExpired ? Math.min(micros - lapsed, Math.min(returned, refunds)) : 0;
            while (again > 0 && !covers(own, refunds - again, general)) {
                again--;
            }
            refunds -= again;
            returned -= again;
            ofGrant += share + again;
            long rest = micros - lapsed - share - again;
            long more = Math.min(rest, general);
            while (more > 0 && !covers(own, refunds, general - more)) {
                more--;
            }
            general -= more;
            taken = new Taken(
                    taken.micros() + micros, taken.missingMicros() + rest - more, taken.lapsedMicros() + lapsed);
        }

        void give(long micros, boolean hasExpired) {
            long found = Math.min(micros, taken.missingMicros());
            long share = Math.min(micros - found, ofGrant);
            long more = Math.min(
                    micros - found - share, taken.micros() - taken.missingMicros() - taken.lapsedMicros() - ofGrant);
            own += hasExpired ? 0 : share;
            refunds += hasExpired ? share : 0;
            returned += hasExpired ? share : 0;
            ofGrant -= share;
            general += more;
            taken = new Taken(
                    taken.micros() - micros,
                    taken.missingMicros() - found,
                    taken.lapsedMicros() - (micros - found - share - more));
        }
    }

    @Test
    void books_and_sheet_agree_on_what_goes_back_and_comes_again() {
        long seed = Effort.seed("test.seed");
        Random random = new Random(seed);
        for (int history = 0; history < HISTORIES; history++) {
            taken = Taken.NOTHING;
            try (BooksFixture open = stores.open(folder.resolve("history" + history), BooksFixture::new)) {
                store = open;
                begin();
                Sheet sheet = new Sheet();
                for (int step = 0; step < STEPS; step++) {
                    step(sheet, random);
                    assertAgree(sheet, "-Dtest.seed=" + seed + ", history " + history + ", step " + step);
                }
                LedgerChecks.assertCoherent(open);
            }
        }
    }

    private void begin() {
        store.setNow(BEGIN);
        store.account("acc_1", 300);
        Origin origin = Origin.of(Origin.Kind.PAYMENT, "pay_1");
        store.commit(Grant.paid("acc_1", PAID, "Plan Pro", origin, () -> true, PAYMENT, BEGIN)
                .under(terms("gemini-4-*", EXPIRY)));
        store.commit(
                new Grant("acc_1", 200, "a gift", BEGIN).under(terms("gemini-3-*", BEGIN.plus(Duration.ofDays(90)))));
    }

    private static GrantTerms terms(String models, Instant expiresAt) {
        return GrantTerms.of(Kind.GIFT, ModelPatterns.of(models), expiresAt);
    }

    private void step(Sheet sheet, Random random) {
        store.advance(Duration.ofMinutes(random.nextInt(700)));
        boolean hasExpired = !store.now().isBefore(EXPIRY);
        sheet.lapse(hasExpired);
        new Lapse(store.database, store.writer, store::now).sweep();
        switch (random.nextInt(7)) {
            case 0, 1, 2 -> hold(sheet, random, hasExpired);
            case 3 -> {
                if (!sheet.held.isEmpty()) {
                    Held call = sheet.held.get(random.nextInt(sheet.held.size()));
                    long charge = random.nextLong(call.micros + 1);
                    sheet.ends(call, charge);
                    store.settle(call.id, charge);
                    sheet.lapse(hasExpired);
                }
            }
            case 4 -> {
                sheet.find();
                store.commit(TakeBack.late("acc_1", "pay_1", PAYMENT, () -> taken, now -> taken = now, store.now()));
            }
            default -> bringTo(sheet, random.nextInt(3) == 0 ? PAID : random.nextLong(PAID + 1), hasExpired);
        }
    }

    private void hold(Sheet sheet, Random random, boolean hasExpired) {
        boolean isOwn = random.nextBoolean();
        boolean hasGrants = sheet.own + sheet.refunds + sheet.other > 0;
        String id = "call_" + ++ids;
        Held call = new Held(id, !hasGrants ? 'G' : isOwn ? 'A' : 'B', !hasExpired || !isOwn, 1 + random.nextInt(120));
        Reserve reserve = new Reserve(
                new OpenHold(id, "acc_1", "key_1", "chat", isOwn ? "gemini-4-argon" : "gemini-3-pro", store.now()),
                call.micros,
                call.micros,
                () -> SpendLimits.NONE,
                () -> true);
        store.commit(reserve);
        assertThat(reserve.reserved()).as(id).isEqualTo(sheet.begins(call));
    }

    private void bringTo(Sheet sheet, long wanted, boolean hasExpired) {
        long more = wanted - taken.micros();
        if (more != 0 || taken.missingMicros() > 0) {
            sheet.find();
        }
        if (more > 0) {
            sheet.take(more, hasExpired);
        } else if (more < 0) {
            sheet.give(-more, hasExpired);
        }
        store.commit(new TakeBack(
                        "acc_1",
                        () -> new TakeBack.Wanted(taken, wanted),
                        now -> taken = now,
                        "a dispute",
                        new RequestId("notice-" + ++ids),
                        Origin.of(Origin.Kind.DISPUTE, "pay_1"),
                        false,
                        store.now())
                .of(PAYMENT));
        store.commit(new SetBlocked("acc_1", false));
    }

    private void assertAgree(Sheet sheet, String step) {
        List<CreditGrant> grants = store.database.read(sql -> CreditGrant.all(sql, "acc_1", Long.MAX_VALUE, 100));
        long refunds = grants.stream()
                .filter(grant -> grant.kind() == Kind.REFUND)
                .mapToLong(CreditGrant::leftMicros)
                .sum();
        Balance balance = store.balance("acc_1");
        long granted = store.number("SELECT granted_micros FROM account WHERE id = 'acc_1'");
        assertThat(List.of(
                        grants.get(grants.size() - 1).leftMicros(),
                        grants.get(grants.size() - 2).leftMicros(),
                        refunds,
                        balance.balanceMicros() + balance.reservedMicros() - granted))
                .as(step)
                .containsExactly(sheet.own, sheet.other, sheet.refunds, sheet.general);
        assertThat(taken).as(step).isEqualTo(sheet.taken);
        assertThat(store.number(
                        "SELECT COALESCE(-SUM(amount_micros + missing_micros), 0) FROM entry WHERE kind = 'reversal'"))
                .as(step)
                .isEqualTo(taken.micros());
        assertThat(store.number("SELECT COALESCE(SUM(amount_micros), 0) FROM entry WHERE request_id LIKE 'return-%'"))
                .as(step)
                .isEqualTo(taken.lapsedMicros());
    }
}
