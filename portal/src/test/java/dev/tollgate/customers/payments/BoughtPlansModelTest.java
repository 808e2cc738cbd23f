package dev.tollgate.customers.payments;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.books.grants.CreditGrant;
import dev.tollgate.books.plans.Plan;
import dev.tollgate.books.plans.Plans;
import dev.tollgate.books.plans.Subscription;
import dev.tollgate.customers.payments.PaymentNotice.Fact;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.PlanSales;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.Stores;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Plans that are bought, prolonged, begun anew, cancelled, closed, refunded: accounts have what somebody with lists on paper gives them (K16, K22, K23). */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
@Timeout(1_200)
class BoughtPlansModelTest {

    private static final Instant BEGIN = Instant.parse("2027-01-31T12:00:00Z");
    private static final int HISTORIES = Effort.of(3, 200);
    private static final int STEPS = 45;
    private static final String CALL = """
            {"model":"gemini-2.5-pro","messages":[{"role":"user","content":"hello"}]}""";

    @Parameter
    Stores stores;

    private PlanSales sales;
    private PortalServer server;
    private Instant now = BEGIN;
    private int events;
    private String where = "";

    // ---- the lists on paper ----

    /** A version of a plan. */
    private static final class Version {
        private final String plan;
        private final long number;
        private final String unit;
        private final long micros;
        private final @Nullable String group;
        private boolean isClosed;
        private final Plan.Version stored;

        Version(Plan.Version stored) {
            this.stored = stored;
            this.plan = stored.plan();
            this.number = stored.number();
            this.unit = stored.terms().period().word();
            this.micros = stored.terms().creditsMicros();
            this.group = stored.terms().group();
        }

        Instant end(Instant anchor, int periods) {
            LocalDateTime first = LocalDateTime.ofInstant(anchor, ZoneOffset.UTC);
            if (!unit.equals("month")) {
                return first.plusDays(periods * (unit.equals("day") ? 1L : 7L)).toInstant(ZoneOffset.UTC);
            }
            int months = first.getYear() * 12 + first.getMonthValue() - 1 + periods;
            YearMonth month = YearMonth.of(months / 12, months % 12 + 1);
            return month.atDay(Math.min(first.getDayOfMonth(), month.lengthOfMonth()))
                    .atTime(first.toLocalTime())
                    .toInstant(ZoneOffset.UTC);
        }
    }

    /** Credits from a time until another. */
    private static final class Part {
        private final int number;
        private final Instant from;
        private Instant to;
        private long given;
        private long left;
        private long gone;
        private boolean isOver;
        private boolean isRefund;

        Part(int number, Instant from, Instant to, long given) {
            this.number = number;
            this.from = from;
            this.to = to;
            this.given = given;
            this.left = given;
        }

        void over() {
            gone += left;
            left = 0;
            isOver = true;
        }
    }

    /** A plan of the account. */
    private static final class Row {
        private final Version version;
        private final Instant anchor;
        private final Map<Integer, Part> parts = new TreeMap<>();
        private final Set<Integer> back = new HashSet<>();
        private int periods;
        private int period = 1;
        private boolean isCancelled;
        private @Nullable String endedBy;
        private @Nullable Instant endedAt;

        Row(Version version, Instant anchor, int periods) {
            this.version = version;
            this.anchor = anchor;
            this.periods = periods;
        }

        boolean runs() {
            return endedBy == null;
        }

        Instant end() {
            return version.end(anchor, period);
        }

        boolean isCut() {
            return isCancelled || version.isClosed;
        }

        /** The last period that has its credits, and has not gone back. */
        int lastWithCredits() {
            return parts.keySet().stream()
                    .filter(each -> !back.contains(each))
                    .mapToInt(each -> each)
                    .max()
                    .orElse(0);
        }

        int last() {
            return isCut() ? Math.max(period, lastWithCredits()) : periods;
        }

        void ends(Instant at, String why) {
            endedAt = at;
            endedBy = why;
        }
    }

    /** A payment, of a plan or of credits. */
    private static final class Paid {
        private final String id;
        private final @Nullable Version version;
        private final boolean isNow;
        private final long cents;
        private final long micros;
        private boolean isPaid;
        private long refundedCents;
        private long disputedCents;
        private boolean isDecided;
        private @Nullable Row row;
        private int period;
        private @Nullable Part part;
        private long taken;
        private long missing;
        private long lapsed;
        private long ofPart;
        private long ofGeneral;

        /** What came back of its part once that was over, by the parts that have it. */
        private final Map<Part, Long> returned = new HashMap<>();

        Paid(String id, @Nullable Version version, boolean isNow, long cents, long micros) {
            this.id = id;
            this.version = version;
            this.isNow = isNow;
            this.cents = cents;
            this.micros = micros;
        }
    }

    /** An account as it is on paper. */
    private static final class Sheet {
        private final Customer customer;
        private final List<Row> rows = new ArrayList<>();
        private final List<Part> parts = new ArrayList<>();
        private final List<Paid> payments = new ArrayList<>();
        private long general;

        Sheet(Customer customer, long general) {
            this.customer = customer;
            this.general = general;
        }

        @Nullable
        Row running() {
            return rows.isEmpty() || !rows.getLast().runs() ? null : rows.getLast();
        }

        Part part(Instant from, Instant to, long micros) {
            Part part = new Part(parts.size() + 1, from, to, micros);
            parts.add(part);
            return part;
        }

        Part give(Row row, int period) {
            Part part = part(
                    row.version.end(row.anchor, period - 1), row.version.end(row.anchor, period), row.version.micros);
            row.parts.put(period, part);
            return part;
        }

        /** Time passes: what has expired goes, plans turn or end. */
        void turn(Instant now) {
            Row row = running();
            while (row != null && row.runs() && !row.end().isAfter(now)) {
                if (row.period < row.last()) {
                    row.period++;
                } else {
                    row.ends(
                            row.end(),
                            row.period >= row.periods ? "finished" : row.isCancelled ? "cancelled" : "closed");
                }
            }
            if (row != null && row.runs() && !row.parts.containsKey(row.period) && !row.back.contains(row.period)) {
                give(row, row.period);
            }
            parts.stream().filter(part -> !part.isOver && !part.to.isAfter(now)).forEach(Part::over);
        }

        private int due(Row row) {
            int due = 0;
            for (int each = row.period + 1; each <= row.last(); each++) {
                due += row.parts.containsKey(each) || row.back.contains(each) ? 0 : 1;
            }
            return due;
        }

        void replace(Row row, Instant now) {
            int last = row.last();
            for (int each = row.period + 1; each <= last; each++) {
                if (!row.parts.containsKey(each) && !row.back.contains(each)) {
                    give(row, each);
                }
            }
            row.ends(now, "replaced");
        }

        void buys(Paid paid, Instant now) {
            Version version = Objects.requireNonNull(paid.version);
            turn(now);
            Row row = running();
            paid.isPaid = true;
            if (row == null || paid.isNow && due(row) <= 12) {
                if (row != null) {
                    replace(row, now);
                }
                Row fresh = new Row(version, now, 1);
                rows.add(fresh);
                paid.row = fresh;
                paid.period = 1;
                paid.part = give(fresh, 1);
            } else if (!paid.isNow && row.version == version && row.last() - row.period < 366) {
                row.periods = row.last() + 1;
                paid.row = row;
                paid.period = row.periods;
                row.back.remove(row.periods);
                paid.part = give(row, row.periods);
            } else {
                paid.part = part(now, version.end(now, 1), version.micros);
            }
        }

        void bringBack(Paid paid, Instant now) {
            turn(now);
            long cents = Math.min(paid.cents, paid.refundedCents + paid.disputedCents);
            long wanted = paid.micros * cents / paid.cents;
            long more = wanted - paid.taken;
            if (more > 0) {
                take(paid, more);
            } else if (more < 0) {
                give(paid, -more, now);
            }
            paid.taken = wanted;
            if (cents == paid.cents && paid.part != null) {
                paid.part.isOver = true;
            }
            Row row = paid.row;
            if (cents == paid.cents
                    && row != null
                    && row.parts.get(paid.period) == paid.part
                    && row.back.add(paid.period)) {
                fall(row, now);
            }
        }

        private void take(Paid paid, long micros) {
            Part own = paid.part;
            long rest = micros;
            if (own != null) {
                long lapsed = Math.min(rest, own.gone - paid.lapsed);
                paid.lapsed += lapsed;
                rest -= lapsed;
                long share = Math.min(rest, own.left);
                own.left -= share;
                paid.ofPart += share;
                rest -= share;
            }
            if (own != null && own.isOver) {
                for (Part part : parts) {
                    long again =
                            part.isOver ? 0 : Math.min(rest, Math.min(part.left, paid.returned.getOrDefault(part, 0L)));
                    part.left -= again;
                    paid.returned.merge(part, -again, Long::sum);
                    paid.ofPart += again;
                    rest -= again;
                }
            }
            long share = Math.min(rest, general);
            general -= share;
            paid.ofGeneral += share;
            paid.missing += rest - share;
        }

        /** What is given of a part that is over is a part for 30 days. */
        private void give(Paid paid, long micros, Instant now) {
            long rest = micros;
            long found = Math.min(rest, paid.missing);
            paid.missing -= found;
            rest -= found;
            long ofPart = Math.min(rest, paid.ofPart);
            paid.ofPart -= ofPart;
            rest -= ofPart;
            if (ofPart > 0 && paid.part != null && !paid.part.isOver) {
                paid.part.left += ofPart;
            } else if (ofPart > 0) {
                paid.returned.merge(refund(ofPart, now), ofPart, Long::sum);
            }
            long ofGeneral = Math.min(rest, paid.ofGeneral);
            paid.ofGeneral -= ofGeneral;
            general += ofGeneral;
            paid.lapsed -= rest - ofGeneral;
        }

        private Part refund(long micros, Instant now) {
            Instant to = now.plus(Duration.ofDays(30));
            Part live = parts.stream()
                    .filter(each -> each.isRefund && !each.isOver)
                    .findFirst()
                    .orElse(null);
            if (live == null) {
                Part fresh = part(now, to, micros);
                fresh.isRefund = true;
                return fresh;
            }
            live.to = to;
            live.given += micros;
            live.left += micros;
            return live;
        }

        /** An operator ends the plan with its credits. */
        void ends(Row row, Instant now) {
            row.parts.forEach((period, part) -> {
                if (period >= row.period && !part.isOver) {
                    part.over();
                }
            });
            row.ends(now, "operator");
        }

        private void fall(Row row, Instant now) {
            if (!row.runs()) {
                return;
            }
            int last = row.periods;
            while (last > 0 && row.back.contains(last)) {
                last--;
            }
            row.periods = last;
            if (last < row.period) {
                row.ends(now, "refunded");
            }
        }

        /** A call is paid by what expires first, general credits last. */
        void pays(long micros, Instant now) {
            long rest = micros;
            for (Part part : parts.stream()
                    .filter(each -> !each.from.isAfter(now) && each.to.isAfter(now))
                    .sorted(Comparator.comparing((Part each) -> each.to).thenComparing(each -> each.number))
                    .toList()) {
                long share = Math.min(rest, part.left);
                part.left -= share;
                rest -= share;
            }
            general -= rest;
        }
    }

    // ---- the server ----

    @BeforeEach
    void start() {
        sales = PlanSales.on(stores);
        server = sales.server();
        server.script("promptTokenCount: 10 candidatesTokenCount: 20000000");
        at(BEGIN);
    }

    @AfterEach
    void stop() {
        server.assertBooksAreClosed();
        server.close();
    }

    private void at(Instant time) {
        now = time;
        sales.at(time);
    }

    // ---- histories ----

    @Test
    void accounts_have_what_lists_on_paper_say() {
        long seed = Effort.seed("model.seed");
        sales.does("PUT", "/groups/gold", "\"factor\":850");
        for (int history = 0; history < HISTORIES; history++) {
            Random random = new Random(seed + history);
            List<Version> versions = new ArrayList<>();
            for (String unit : List.of("month", "week", "day")) {
                versions.add(new Version(sales.set("plan-" + unit, unit, ",\"group\":\"gold\"")));
            }
            Sheet sheet = new Sheet(server.customer("50"), 50_000_000);
            for (int step = 0; step < STEPS; step++) {
                where = "-Dmodel.seed=" + (seed + history) + ", step " + step;
                at(now.plusSeconds(random.nextInt(random.nextInt(5) == 0 ? 40 * 86_400 : 5 * 86_400)));
                sheet.turn(now);
                where += ", " + step(sheet, versions, random);
                compare(sheet);
            }
        }
    }

    /** @return what happens */
    private String step(Sheet sheet, List<Version> versions, Random random) {
        List<Paid> begun = sheet.payments.stream().filter(each -> !each.isPaid).toList();
        List<Paid> paid = sheet.payments.stream().filter(each -> each.isPaid).toList();
        Version version = versions.get(random.nextInt(versions.size()));
        Row running = sheet.running();
        int dice = random.nextInt(20);
        if (dice < 4) {
            boolean isSame = running != null && random.nextInt(3) > 0;
            return begins(sheet, isSame ? running.version : version, random.nextInt(4) == 0);
        } else if (dice < 10) {
            return begun.isEmpty() ? "" : arrives(sheet, begun.get(random.nextInt(begun.size())));
        } else if (dice < 11) {
            return topsUp(sheet, 1 + random.nextInt(9));
        } else if (dice < 14) {
            List<Paid> some = some(paid, each -> each.isDecided, random);
            return some.isEmpty() ? "" : goesBack(sheet, some.get(random.nextInt(some.size())), random);
        } else if (dice < 15) {
            List<Paid> some = some(paid, each -> each.disputedCents > 0, random);
            return some.isEmpty() ? "" : isDisputed(sheet, some.get(random.nextInt(some.size())));
        } else if (dice < 16) {
            return running == null ? "" : cancels(sheet, running);
        } else if (dice < 17) {
            return calls(sheet);
        } else if (dice < 19) {
            return byHand(
                    sheet,
                    version,
                    1 + random.nextInt(3),
                    List.of("", "after", "now").get(random.nextInt(3)));
        }
        if (running != null && random.nextInt(3) == 0) {
            return ends(sheet, running);
        }
        return version.isClosed || random.nextInt(3) > 0 ? "" : closes(version);
    }

    /** Returns those of a kind half of the time, if there are some. */
    private static List<Paid> some(List<Paid> all, Predicate<Paid> kind, Random random) {
        List<Paid> those = all.stream().filter(kind).toList();
        return those.isEmpty() || random.nextBoolean() ? all : those;
    }

    private String begins(Sheet sheet, Version version, boolean isNow) {
        String id = "pay" + ++events;
        Outcome<Payment> begun = sales.begin(sheet.customer.account(), id, version.stored, isNow);
        if (begun instanceof Outcome.Done<Payment>) {
            sheet.payments.add(new Paid(id, version, isNow, PlanSales.CENTS, version.micros));
        } else {
            assertThat(version.isClosed || sheet.running() != null)
                    .as(where + ": " + begun)
                    .isTrue();
        }
        return "begins " + id + " of " + version.plan + (isNow ? " now" : "");
    }

    private String arrives(Sheet sheet, Paid paid) {
        sales.tell(paid.id, Fact.PAID, paid.cents);
        if (paid.version == null) {
            paid.isPaid = true;
            sheet.general += paid.micros;
        } else {
            sheet.buys(paid, now);
        }
        return "paid " + paid.id;
    }

    private String topsUp(Sheet sheet, long dollars) {
        Paid credits = new Paid("top" + ++events, null, false, dollars * 100, dollars * 200_000_000);
        sales.payments()
                .begin(PortalServer.acting(sheet.customer), Payment.Channel.STRIPE, credits.id, dollars)
                .orThrow();
        sales.open(credits.id);
        sheet.payments.add(credits);
        return "begins " + credits.id;
    }

    private String goesBack(Sheet sheet, Paid paid, Random random) {
        long left = paid.cents - paid.refundedCents;
        paid.refundedCents += random.nextInt(3) == 0 ? random.nextLong(left + 1) : left;
        sales.tell(paid.id, Fact.REFUNDED, paid.refundedCents);
        return broughtBack(sheet, paid, "refund of " + paid.refundedCents + " of " + paid.id);
    }

    private String isDisputed(Sheet sheet, Paid paid) {
        if (paid.isDecided) {
            return "";
        }
        boolean isWon = paid.disputedCents > 0;
        sales.tell(paid.id, isWon ? Fact.DISPUTE_WON : Fact.DISPUTED, paid.cents);
        paid.disputedCents = isWon ? 0 : paid.cents;
        paid.isDecided = isWon;
        return broughtBack(sheet, paid, (isWon ? "won dispute of " : "dispute of ") + paid.id);
    }

    /** What is lacking bans the account, which is not looked at here. */
    private String broughtBack(Sheet sheet, Paid paid, String what) {
        sheet.bringBack(paid, now);
        sales.admin("POST", "/accounts/" + sheet.customer.account() + "/block", "\"blocked\":false");
        return what;
    }

    private String cancels(Sheet sheet, Row running) {
        running.isCancelled = !running.isCancelled;
        Plans plans = server.books().stores().plans();
        Subscription last = Objects.requireNonNull(plans.last(sheet.customer.account()));
        server.books()
                .writer()
                .commitAndWait(
                        Unit.of(plans.cancel(last, running.isCancelled, now).changes()));
        return running.isCancelled ? "cancelled" : "kept";
    }

    private String calls(Sheet sheet) {
        PortalServer.Reply call = server.post("/v1/chat/completions", CALL, sheet.customer.key());
        if (call.status() == 200) {
            sheet.pays(
                    call.json()
                            .get("credits_consumed")
                            .decimalValue()
                            .movePointRight(6)
                            .longValueExact(),
                    now);
        }
        return "a call";
    }

    private String byHand(Sheet sheet, Version version, int periods, String when) {
        String more = when.isEmpty() ? "" : ",\"when\":\"" + when + "\"";
        PortalServer.Reply reply = sales.admin(
                "POST",
                "/accounts/" + sheet.customer.account() + "/plan",
                "\"plan\":\"" + version.plan + "\",\"periods\":" + periods + more);
        if (reply.status() != 200) {
            assertThat(reply.status()).as(where + ": " + reply.text()).isEqualTo(409);
            return "";
        }
        Row running = sheet.running();
        if (running != null && when.equals("after")) {
            running.periods += periods;
        } else {
            if (running != null) {
                sheet.replace(running, now);
            }
            Row fresh = new Row(version, now, periods);
            sheet.rows.add(fresh);
            sheet.give(fresh, 1);
        }
        return periods + " of " + version.plan + " by hand " + when;
    }

    private String ends(Sheet sheet, Row running) {
        sales.does("DELETE", "/accounts/" + sheet.customer.account() + "/plan", "");
        sheet.ends(running, now);
        return "ended by hand";
    }

    private String closes(Version version) {
        sales.does("POST", "/plans/" + version.plan + "/close", "\"version\":" + version.number);
        version.isClosed = true;
        return "closed " + version.plan;
    }

    // ---- the comparison ----

    private void compare(Sheet sheet) {
        String account = sheet.customer.account();
        List<Subscription> rows =
                server.books().stores().plans().of(account, Long.MAX_VALUE, 200).reversed();
        assertThat(rows.stream().map(BoughtPlansModelTest::line).toList())
                .as(where)
                .isEqualTo(sheet.rows.stream().map(BoughtPlansModelTest::line).toList());
        List<CreditGrant> grants =
                server.books().database().read(sql -> CreditGrant.all(sql, account, Long.MAX_VALUE, 1_000));
        assertThat(grants.stream()
                        .map(each -> each.startsAt() + " to " + each.expiresAt() + ": " + each.leftMicros() + " of "
                                + each.creditsMicros())
                        .sorted()
                        .toList())
                .as(where)
                .isEqualTo(sheet.parts.stream()
                        .map(each -> each.from + " to " + each.to + ": " + each.left + " of " + each.given)
                        .sorted()
                        .toList());
        assertThat(server.number("SELECT balance_micros - granted_micros FROM account WHERE id = '" + account + "'"))
                .as(where)
                .isEqualTo(sheet.general);
        for (Paid paid : sheet.payments) {
            Payment stored = Objects.requireNonNull(sales.payments().find(paid.id));
            assertThat(stored.progress().taken().micros() + " "
                            + stored.progress().taken().missingMicros() + " "
                            + stored.progress().taken().lapsedMicros())
                    .as(where + " " + paid.id)
                    .isEqualTo(paid.taken + " " + paid.missing + " " + paid.lapsed);
        }
        Row running = sheet.running();
        String group = running == null || running.back.contains(running.period)
                ? "standard"
                : String.valueOf(running.version.group);
        assertThat(server.books().stores().sold().terms().groupAt(account, now))
                .as(where)
                .isEqualTo(group);
    }

    private static String line(Subscription its) {
        return its.version().plan() + " from " + its.anchor() + ", "
                + (its.isRunning()
                        ? its.period() + " of " + its.periods()
                        : "ended by " + Objects.requireNonNull(its.end()).why().word() + " at "
                                + its.end().at())
                + (its.cancelledAt() == null || !its.isRunning() ? "" : ", cancelled");
    }

    private static String line(Row row) {
        return row.version.plan + " from " + row.anchor + ", "
                + (row.runs() ? row.period + " of " + row.periods : "ended by " + row.endedBy + " at " + row.endedAt)
                + (row.runs() && row.isCancelled ? ", cancelled" : "");
    }
}
