package dev.tollgate.verification;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.ids.Drawn;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallDetails.Bill;
import dev.tollgate.books.calls.CallDetails.Times;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.grants.CreditGrant.Kind;
import dev.tollgate.books.grants.GrantLimits;
import dev.tollgate.books.grants.GrantTerms;
import dev.tollgate.books.ledger.CloseAccount;
import dev.tollgate.books.ledger.Correction.Adjustment;
import dev.tollgate.books.ledger.Correction.Reversal;
import dev.tollgate.books.ledger.Extend;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.Lapse;
import dev.tollgate.books.ledger.LedgerChange.Moved;
import dev.tollgate.books.ledger.Origin;
import dev.tollgate.books.ledger.Refund;
import dev.tollgate.books.ledger.RequestId;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.ReserveOutcome.InsufficientCredits;
import dev.tollgate.books.ledger.ReserveOutcome.Reserved;
import dev.tollgate.books.ledger.Resolution;
import dev.tollgate.books.ledger.SetBlocked;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.models.Model.UsageForm;
import dev.tollgate.models.PriceTerms;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Pricing.Rounding;
import dev.tollgate.models.Usage;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random histories of grants against a second calculation from the rules alone (Z10 to Z24): lists, and a flow that is found by trying. Each decision, each
 * share and what is left of each grant must be the same, and the books must verify. On PostgreSQL each step is taken by one of three servers, whose clocks
 * differ by up to 4 s, and which restart now and then.
 */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class GrantModelTest {

    private static final int SKEW_MILLIS = 2_000;
    private static final long HOUR = 3_600_000;
    private static final List<String> MODELS = List.of("gemini-3-pro", "gemini-4-argon", "google/gemini-4-neon");
    private static final List<String> PATTERNS =
            List.of("", "gemini-4-*", "gemini-3-pro google/*", "google/gemini-4-neon");

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    static List<Long> seeds() {
        long seed = Effort.seed("test.seed");
        List<Long> seeds = new ArrayList<>();
        for (int i = 0; i < Effort.of(8, 40); i++) {
            seeds.add(seed + i);
        }
        return seeds;
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void decisions_shares_and_grants_are_those_of_the_model(long seed) {
        String url = stores == Stores.POSTGRESQL ? Postgres.migrated() : "";
        try (Servers servers = new Servers(url, folder.resolve(Long.toString(seed)))) {
            Run run = new Run(servers, new Random(seed));
            int steps = stores == Stores.SQLITE ? Effort.of(150, 400) : Effort.of(50, 120);
            for (int step = 0; step < steps; step++) {
                run.step("-Dtest.seed=" + seed + ", step " + step);
            }
            run.verify("-Dtest.seed=" + seed);
            run.close("-Dtest.seed=" + seed);
            run.verify("-Dtest.seed=" + seed + ", closed");
        }
    }

    /** One server over a file, or three over PostgreSQL. */
    private static final class Servers implements AutoCloseable {
        private final String url;
        private final Path folder;
        private final List<BooksFixture> all = new ArrayList<>();

        Servers(String url, Path folder) {
            this.url = url;
            this.folder = folder;
            while (all.size() < (url.isEmpty() ? 1 : 3)) {
                all.add(open());
            }
        }

        private BooksFixture open() {
            return new BooksFixture(url.isEmpty() ? BooksFixture.file(folder) : BooksFixture.server(url));
        }

        BooksFixture pick(Random random) {
            int place = random.nextInt(all.size());
            if (random.nextInt(30) == 0) {
                all.get(place).close();
                all.set(place, open());
            }
            return all.get(place);
        }

        @Override
        public void close() {
            all.forEach(BooksFixture::close);
        }
    }

    // ---- the model ----

    private static final class ModelLimit {
        final int hours;
        final long credits;
        long window;
        long used;

        ModelLimit(int hours, long credits) {
            this.hours = hours;
            this.credits = credits;
        }
    }

    private static final class ModelGrant {
        final long number;
        final boolean isOfRefunds;
        final String models;
        final long startsAt;
        final List<ModelLimit> limits;
        Long expiresAt;
        long credits;
        long left;
        boolean hasEnded;
        boolean isOfPlan;

        ModelGrant(
                long number,
                boolean isOfRefunds,
                String models,
                long startsAt,
                Long expiresAt,
                List<ModelLimit> limits,
                long credits) {
            this.number = number;
            this.isOfRefunds = isOfRefunds;
            this.models = models;
            this.startsAt = startsAt;
            this.expiresAt = expiresAt;
            this.limits = limits;
            this.credits = credits;
            this.left = credits;
        }

        boolean isFor(String model) {
            boolean found = models.isEmpty();
            for (String pattern : models.split(" ")) {
                found |= pattern.endsWith("*") ? model.startsWith(pattern.replace("*", "")) : pattern.equals(model);
            }
            return found;
        }

        boolean expired(long at) {
            return expiresAt != null && at >= expiresAt;
        }

        long window(ModelLimit limit, long at) {
            return Math.max(limit.window, (at - startsAt) / (limit.hours * HOUR));
        }

        long mostBySpan(long at) {
            long most = Long.MAX_VALUE;
            for (ModelLimit limit : limits) {
                most = Math.min(most, limit.credits - (window(limit, at) > limit.window ? 0 : limit.used));
            }
            return most;
        }

        void gives(long micros, long at) {
            left -= micros;
            for (ModelLimit limit : limits) {
                long window = window(limit, at);
                limit.used = (window > limit.window ? 0 : limit.used) + micros;
                limit.window = window;
            }
        }
    }

    private static final class ModelCall {
        final String id;
        final String account;
        final String model;
        final String grantModel;
        final long createdAt;
        final List<Part> parts = new ArrayList<>();
        long charged;
        long refunded;
        boolean isOpen = true;
        final List<long[]> paid = new ArrayList<>();

        ModelCall(String id, String account, String model, String grantModel, long createdAt) {
            this.id = id;
            this.account = account;
            this.model = model;
            this.grantModel = grantModel;
            this.createdAt = createdAt;
        }

        long held() {
            return parts.stream().mapToLong(Part::micros).sum();
        }
    }

    /** What a call has held at once. @param expired grants that had expired before: they pay nothing of it */
    private record Part(ModelCall of, long micros, Set<ModelGrant> expired) {

        boolean isServedBy(ModelGrant grant) {
            return of.grantModel != null
                    && !grant.hasEnded
                    && grant.isFor(of.grantModel)
                    && !grant.expired(of.createdAt)
                    && !expired.contains(grant);
        }
    }

    private static final class ModelAccount {
        final String id;
        long general;
        long lastAt;
        final List<ModelGrant> grants = new ArrayList<>();
        final Map<String, ModelCall> open = new LinkedHashMap<>();

        ModelAccount(String id) {
            this.id = id;
        }

        long stamp(long at) {
            return Math.max(at, lastAt);
        }

        long granted() {
            return grants.stream().mapToLong(it -> it.left).sum();
        }

        long held() {
            return open.values().stream().mapToLong(ModelCall::held).sum();
        }

        Set<ModelGrant> expired(long at) {
            return grants.stream().filter(it -> it.expired(at)).collect(Collectors.toSet());
        }

        List<ModelGrant> inOrder() {
            return grants.stream()
                    .sorted(Comparator.<ModelGrant>comparingLong(
                                    it -> it.expiresAt == null ? Long.MAX_VALUE : it.expiresAt)
                            .thenComparingInt(it -> it.models.isEmpty() ? 1 : 0)
                            .thenComparingLong(it -> it.number))
                    .toList();
        }

        /** Returns how much of holds can be paid together, by looking for one path after the other in a matrix of what can still go from where to where. */
        long payable(List<ModelCall> calls, long at, Part more, ModelGrant without, long withoutMicros) {
            List<ModelGrant> all = inOrder();
            List<Part> parts = new ArrayList<>();
            calls.forEach(it -> parts.addAll(it.parts));
            if (more != null) {
                parts.add(more);
            }
            int sources = all.size() + 1;
            int holds = parts.size();
            int end = 1 + holds + sources;
            long[][] can = new long[end + 1][end + 1];
            for (int i = 0; i < holds; i++) {
                can[0][1 + i] = parts.get(i).micros;
                can[1 + i][1 + holds] = Long.MAX_VALUE / 4;
                for (int g = 0; g < all.size(); g++) {
                    can[1 + i][2 + holds + g] = parts.get(i).isServedBy(all.get(g)) ? Long.MAX_VALUE / 4 : 0;
                }
            }
            can[1 + holds][end] = general - (without == null ? withoutMicros : 0);
            for (int g = 0; g < all.size(); g++) {
                ModelGrant grant = all.get(g);
                long left = grant.left - (grant == without ? withoutMicros : 0);
                can[2 + holds + g][end] = grant.startsAt > at ? 0 : Math.min(left, grant.mostBySpan(at));
            }
            long sum = 0;
            long moved;
            do {
                moved = walk(can, 0, end, Long.MAX_VALUE, new boolean[end + 1]);
                sum += moved;
            } while (moved > 0);
            return sum;
        }

        private static long walk(long[][] can, int from, int end, long most, boolean[] seen) {
            if (from == end) {
                return most;
            }
            seen[from] = true;
            for (int to = 0; to <= end; to++) {
                if (!seen[to] && can[from][to] > 0) {
                    long moved = walk(can, to, end, Math.min(most, can[from][to]), seen);
                    if (moved > 0) {
                        can[from][to] -= moved;
                        can[to][from] += moved;
                        return moved;
                    }
                }
            }
            return 0;
        }

        private List<ModelCall> others(ModelCall except) {
            return open.values().stream().filter(it -> it != except).toList();
        }

        boolean isCovered(long at) {
            return payable(others(null), at, null, null, 0) == held();
        }

        long room(ModelCall call, long at) {
            long room = 0;
            if (!isCovered(at)) {
                return 0;
            }
            for (long step = 1 << 20; step > 0; step /= 2) {
                Part more = new Part(call, room + step, expired(at));
                if (payable(others(null), at, more, null, 0) == held() + room + step) {
                    room += step;
                }
            }
            return room;
        }

        /** Returns how much of general credits can leave for no less to be paid of the holds. */
        long generalLeaves(long at) {
            long paid = payable(others(null), at, null, null, 0);
            long leaves = 0;
            for (long step = 1 << 20; step > 0; step /= 2) {
                if (leaves + step <= general && payable(others(null), at, null, null, leaves + step) == paid) {
                    leaves += step;
                }
            }
            return leaves;
        }

        /** Returns what leaves a grant with its end: what is more than the holds that it serves, or than its limits give. */
        long leaves(ModelGrant grant, long at) {
            long served = 0;
            for (ModelCall call : open.values()) {
                for (Part part : call.parts) {
                    served += part.isServedBy(grant) ? part.micros : 0;
                }
            }
            long gives = grant.startsAt > at ? 0 : Math.max(0, grant.mostBySpan(at));
            return grant.left - Math.min(grant.left, Math.min(gives, served));
        }

        void lapse(long at) {
            for (ModelGrant grant : inOrder()) {
                if (!grant.hasEnded && grant.expired(at)) {
                    long leaves = leaves(grant, at);
                    grant.left -= leaves;
                    lastAt = leaves > 0 ? at : lastAt;
                    grant.hasEnded = grant.left == 0;
                }
            }
        }

        /** Pays the charge of a call, whose hold is gone: what it held first is charged first. */
        void pay(ModelCall call, long charge, long at) {
            long rest = charge;
            for (Part part : call.parts) {
                pay(call, part, Math.min(rest, part.micros), at);
                rest -= Math.min(rest, part.micros);
            }
        }

        private void pay(ModelCall call, Part part, long micros, long at) {
            long rest = micros;
            for (ModelGrant grant : inOrder()) {
                if (part.isServedBy(grant) && grant.startsAt <= at) {
                    long most = Math.min(rest, Math.min(grant.left, grant.mostBySpan(at)));
                    // A payment also uses up what the limit leaves: it is as if the rest beyond the limit left with it.
                    long share = paying(grant, most, call, at);
                    rest = pay(call, grant, share, rest, at);
                }
            }
            long ofGeneral = Math.min(rest, general);
            general -= ofGeneral;
            rest -= ofGeneral;
            for (ModelGrant grant : inOrder()) {
                if (part.isServedBy(grant) && grant.startsAt > at) {
                    rest = pay(call, grant, Math.min(rest, grant.left), rest, at);
                }
            }
            assertThat(rest).as("not paid of " + call.id).isZero();
        }

        private long pay(ModelCall call, ModelGrant grant, long share, long rest, long at) {
            if (share > 0) {
                grant.gives(share, Math.max(at, grant.startsAt));
                call.paid.add(new long[] {grant.number, share});
            }
            return rest - share;
        }

        private long paying(ModelGrant grant, long most, ModelCall except, long at) {
            List<ModelCall> calls = others(except);
            long paid = payable(calls, at, null, null, 0);
            for (long share = most; share > 0; share--) {
                long[] before = grant.limits.stream()
                        .flatMapToLong(it -> java.util.stream.LongStream.of(it.window, it.used))
                        .toArray();
                grant.gives(share, at);
                boolean isCovered = payable(calls, at, null, null, 0) == paid;
                grant.left += share;
                for (int i = 0; i < grant.limits.size(); i++) {
                    grant.limits.get(i).window = before[2 * i];
                    grant.limits.get(i).used = before[2 * i + 1];
                }
                if (isCovered) {
                    return share;
                }
            }
            return 0;
        }
    }

    // ---- the run ----

    /** A change of the ledger, and what the model says about it. */
    private record Doing(String what, Change change, Runnable compared) {}

    private static final class Run {
        private final Servers servers;
        private final Random random;
        private final Map<String, ModelAccount> accounts = new LinkedHashMap<>();
        private final Map<String, ModelCall> calls = new LinkedHashMap<>();
        private final List<Doing> doings = new ArrayList<>();
        private final List<String> log = new ArrayList<>();
        private BooksFixture store;
        private Instant now = Instant.parse("2026-11-20T10:00:00Z");
        private int made;

        Run(Servers servers, Random random) {
            this.servers = servers;
            this.random = random;
            store = servers.all.getFirst();
            store.setNow(now);
            for (int i = 0; i < MODELS.size(); i++) {
                price(MODELS.get(i), i + 1);
            }
            for (String id : List.of("acc_1", "acc_2")) {
                store.account(id, 100);
                ModelAccount account = new ModelAccount(id);
                account.general = 100;
                account.lastAt = now.toEpochMilli();
                accounts.put(id, account);
            }
        }

        /** Records a price of a micro-credit a token. */
        private void price(String model, long number) {
            Pricing pricing =
                    new Pricing(model + "@1", 1_000_000, 0, false, new Rounding(Rounding.Form.FLOOR_TOTAL, 1, 0));
            String terms = PriceTerms.of(pricing);
            long proof = new Drawn(model + "@1\nfile\n" + number + "\n" + model + "\n0\nnull\n" + terms).nextLong();
            store.execute(
                    "INSERT INTO price (version, kind, number, model_id, created_at, terms, proof) VALUES (?, 'file', ?, ?, 0, ?, ?)",
                    model + "@1",
                    number,
                    model,
                    terms,
                    proof);
        }

        void step(String as) {
            store = servers.pick(random);
            if (random.nextInt(5) == 0) {
                forward();
            }
            store.setNow(now.plusMillis(random.nextInt(-SKEW_MILLIS, SKEW_MILLIS + 1)));
            sweep();
            doings.clear();
            int many = random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 1;
            for (int i = 0; i < many; i++) {
                operate();
            }
            log.add(as + " at " + store.now() + ": "
                    + doings.stream().map(Doing::what).collect(Collectors.joining("; ")));
            List<CompletableFuture<Unit>> units = doings.stream()
                    .map(it -> store.writer.commit(Unit.of(it.change())))
                    .toList();
            units.forEach(CompletableFuture::join);
            try {
                doings.forEach(it -> it.compared().run());
                sweep();
                accounts.values().forEach(account -> compare(account, as));
            } catch (AssertionError e) {
                throw new AssertionError(
                        String.join("\n", log.subList(Math.max(0, log.size() - 40), log.size())) + "\n"
                                + e.getMessage(),
                        e);
            }
        }

        /** Lets what has expired lapse, which the ledger may leave to its sweep. */
        private void sweep() {
            long at = Math.max(
                    store.now().toEpochMilli(),
                    accounts.values().stream().mapToLong(it -> it.lastAt).max().orElse(0));
            new Lapse(store.database, store.writer, () -> Instant.ofEpochMilli(at)).sweep();
            accounts.values().forEach(account -> account.lapse(account.stamp(at)));
        }

        /** A window or a day ends at whole hours: now and then just before it, so that some clocks are after it. Or a grant expires while calls run. */
        private void forward() {
            now = switch (random.nextInt(5)) {
                case 0 -> Instant.ofEpochMilli((now.toEpochMilli() / HOUR + 1) * HOUR - random.nextInt(SKEW_MILLIS));
                case 1 -> now.plus(Duration.ofHours(random.nextInt(40)));
                case 2 ->
                    accounts.get("acc_1").grants.stream()
                            .filter(it -> it.left > 0 && it.expiresAt != null && !it.expired(now.toEpochMilli()))
                            .map(it -> Instant.ofEpochMilli(it.expiresAt + random.nextInt(SKEW_MILLIS)))
                            .min(Comparator.naturalOrder())
                            .orElse(now);
                default -> now.plusSeconds(random.nextInt(3_000));
            };
        }

        private void operate() {
            ModelAccount account = accounts.get(random.nextInt(4) == 0 ? "acc_2" : "acc_1");
            long at = store.now().toEpochMilli();
            long stamp = account.stamp(at);
            account.lapse(stamp);
            switch (random.nextInt(28)) {
                case 0, 1 -> give(account, stamp);
                case 2, 3, 4, 5, 6, 7, 8, 9 -> reserve(account, at);
                case 10, 11, 26, 27 -> extend(account, stamp);
                case 12, 13, 14, 15, 16, 17 -> settle(account, at);
                case 18 -> release(account, at);
                case 19, 20 -> refund(account, stamp);
                case 21 -> adjust(account, stamp);
                case 22 -> reverse(account, stamp);
                case 23 -> end(account, stamp);
                case 24 -> later(account, stamp);
                default -> general(account, stamp);
            }
            account.lapse(account.stamp(at));
        }

        private void general(ModelAccount account, long stamp) {
            long micros = 1 + random.nextInt(60);
            account.general += micros;
            account.lastAt = stamp;
            Grant grant = new Grant(account.id, micros, "model", store.now());
            doings.add(new Doing(account.id + " +" + micros, grant, () -> assertThat(
                            grant.outcome().isDone())
                    .isTrue()));
        }

        private void give(ModelAccount account, long stamp) {
            long micros = 1 + random.nextInt(80);
            String models = PATTERNS.get(random.nextInt(PATTERNS.size()));
            boolean isPlan = random.nextInt(4) == 0;
            Long starts = isPlan && random.nextBoolean() ? stamp + random.nextInt((int) (3 * HOUR)) : null;
            long begins = starts == null ? stamp : starts;
            Long expires = random.nextInt(6) == 0 && !models.isEmpty() && starts == null
                    ? null
                    : Long.valueOf((begins / HOUR + 1 + random.nextInt(30)) * HOUR);
            List<ModelLimit> limits = new ArrayList<>();
            for (int i = random.nextInt(5) - 2; i > 0 && expires != null; i--) {
                limits.add(new ModelLimit(1 + random.nextInt(6), 1 + random.nextInt(40)));
            }
            GrantTerms terms = new GrantTerms(
                    isPlan ? Kind.PLAN : Kind.GIFT,
                    ModelPatterns.of(models),
                    starts == null ? null : Instant.ofEpochMilli(starts),
                    expires == null ? null : Instant.ofEpochMilli(expires),
                    GrantLimits.of(limits.stream()
                            .map(it -> it.hours + ":" + it.credits)
                            .collect(Collectors.joining(" "))));
            int period = ++made;
            RequestId id = isPlan ? new RequestId("plan-1-" + period + "-1") : RequestId.ofOperator("gift-" + period);
            Origin origin = isPlan ? Origin.of(Origin.Kind.PLAN, "1." + period) : Origin.GIFT;
            Grant grant = Grant.onCondition(account.id, micros, "model", origin, () -> true, id, store.now())
                    .under(terms);
            boolean hasRoom = account.grants.stream().filter(it -> it.left > 0).count() < (isPlan ? 60 : 32);
            if (!hasRoom || expires != null && expires <= stamp) {
                doings.add(new Doing(account.id + " grant refused", grant, () -> assertThat(
                                grant.outcome().isDone())
                        .isFalse()));
                return;
            }
            long number = account.grants.size() + 1L;
            account.lastAt = stamp;
            ModelGrant given = new ModelGrant(number, false, models, begins, expires, limits, micros);
            given.isOfPlan = isPlan;
            account.grants.add(given);
            doings.add(new Doing(
                    account.id + " grant " + number + " of " + micros + " for '" + models + "' from "
                            + Instant.ofEpochMilli(begins)
                            + " until " + (expires == null ? "never" : Instant.ofEpochMilli(expires)) + " limits "
                            + terms.limits().text(),
                    grant,
                    () -> assertThat(grant.grantNumber()).isEqualTo(number)));
        }

        private void reserve(ModelAccount account, long at) {
            if (account.open.size() >= 7) {
                return;
            }
            String model = MODELS.get(random.nextInt(MODELS.size()));
            String id = "t" + ++made;
            long wanted = random.nextInt(90);
            long least = random.nextInt((int) wanted + 1);
            ModelCall call = new ModelCall(id, account.id, model, account.granted() > 0 ? model : null, at);
            long room = account.room(call, account.stamp(at));
            Reserve reserve = new Reserve(
                    new OpenHold(id, account.id, "key_1", "chat", model, store.now()),
                    least,
                    wanted,
                    () -> SpendLimits.NONE,
                    () -> true);
            String what = id + " of " + account.id + ", " + model + ": " + least + " to " + wanted + ", room " + room;
            if (room < least) {
                doings.add(new Doing(what, reserve, () -> {
                    assertThat(reserve.outcome()).as(what).isInstanceOf(InsufficientCredits.class);
                    assertThat(((InsufficientCredits) reserve.outcome()).availableMicros())
                            .as(what)
                            .isEqualTo(room);
                }));
                return;
            }
            long held = Math.min(wanted, room);
            call.parts.add(new Part(call, held, Set.of()));
            calls.put(id, call);
            account.open.put(id, call);
            doings.add(new Doing(
                    what, reserve, () -> assertThat(reserve.outcome()).as(what).isEqualTo(new Reserved(held))));
        }

        private ModelCall anyOpen(ModelAccount account) {
            List<ModelCall> all = new ArrayList<>(account.open.values());
            return all.isEmpty() ? null : all.get(random.nextInt(all.size()));
        }

        private void extend(ModelAccount account, long stamp) {
            ModelCall call = anyOpen(account);
            if (call == null) {
                return;
            }
            long wanted = 1 + random.nextInt(50);
            long least = 1 + random.nextInt((int) wanted);
            long room = account.room(call, stamp);
            Extend extend = new Extend(call.id, least, wanted, () -> SpendLimits.NONE, () -> true, store.now());
            String what = call.id + " extended by " + least + " to " + wanted + ", room " + room;
            if (room < least) {
                doings.add(new Doing(what, extend, () -> assertThat(extend.outcome())
                        .as(what)
                        .isEqualTo(new Extend.BalanceExhausted())));
                return;
            }
            long added = Math.min(wanted, room);
            call.parts.add(new Part(call, added, account.expired(stamp)));
            long held = call.held();
            doings.add(new Doing(what, extend, () -> assertThat(extend.outcome())
                    .as(what)
                    .isEqualTo(new Extend.Extended(added, held))));
        }

        private void settle(ModelAccount account, long at) {
            ModelCall call = anyOpen(account);
            if (call == null) {
                return;
            }
            boolean isCut = random.nextInt(4) == 0;
            long charge = isCut ? call.held() : random.nextLong(call.held() + 1);
            long stamp = account.stamp(Math.max(at, call.createdAt));
            account.lapse(stamp);
            account.open.remove(call.id);
            account.pay(call, charge, stamp);
            account.lastAt = stamp;
            call.charged = charge;
            call.isOpen = false;
            account.lapse(stamp);
            Usage usage = Usage.of(charge, 0, 0);
            Bill bill = new Bill(
                    call.model + "@1",
                    Instant.ofEpochMilli(call.createdAt),
                    usage,
                    UsageForm.TOKENS,
                    ServiceTier.STANDARD,
                    0,
                    charge);
            CallDetails details = new CallDetails(
                    isCut ? CallEnd.CUT : CallEnd.COMPLETED,
                    null,
                    null,
                    0,
                    null,
                    Times.NONE,
                    bill,
                    Ended.course("", "", List.of()));
            Settle settle = new Settle(call.id, charge, details, store.now());
            doings.add(new Doing(
                    call.id + " charged " + charge + " of " + call.held(), settle, () -> assertThat(settle.resolved())
                            .isTrue()));
        }

        private void release(ModelAccount account, long at) {
            ModelCall call = anyOpen(account);
            if (call == null) {
                return;
            }
            boolean isAbandoned = random.nextBoolean();
            long stamp = account.stamp(Math.max(at, call.createdAt));
            account.open.remove(call.id);
            account.lastAt = stamp;
            call.isOpen = false;
            account.lapse(stamp);
            Resolution release = isAbandoned ? Ended.expire(call.id, store.now()) : Ended.release(call.id, store.now());
            doings.add(new Doing(call.id + " released", release, () -> assertThat(release.resolved())
                    .isTrue()));
        }

        private void refund(ModelAccount account, long stamp) {
            List<ModelCall> charged = calls.values().stream()
                    .filter(it -> it.account.equals(account.id) && it.charged > it.refunded)
                    .toList();
            if (charged.isEmpty()) {
                return;
            }
            ModelCall call = charged.get(random.nextInt(charged.size()));
            long micros = 1 + random.nextLong(Math.min(30, call.charged - call.refunded));
            String reason = "refund " + ++made;
            Map<Long, Long> shares = new LinkedHashMap<>();
            long skipped = call.refunded;
            long rest = micros;
            for (long[] paid : call.paid) {
                long before = Math.min(skipped, paid[1]);
                skipped -= before;
                long part = Math.min(rest, paid[1] - before);
                rest -= part;
                if (part > 0) {
                    shares.merge(returned(account, paid[0], part, stamp), part, Long::sum);
                }
            }
            account.general += rest;
            account.lastAt = stamp;
            call.refunded += micros;
            Refund refund = new Refund(
                    account.id, call.id, micros, reason, RequestId.ofOperator("refund-" + made), store.now());
            String list = shares.isEmpty() ? null : listed(shares);
            doings.add(new Doing(call.id + " refunded " + micros + " to " + list, refund, () -> {
                assertThat(refund.outcome().isDone()).isTrue();
                assertThat(text("SELECT grants FROM entry WHERE reason = '" + reason + "'"))
                        .isEqualTo(list);
            }));
        }

        /** Returns the grant to which a part of a refund goes. */
        private static long returned(ModelAccount account, long number, long part, long stamp) {
            ModelGrant payer = account.grants.get((int) number - 1);
            if (!payer.hasEnded && !payer.expired(stamp)) {
                payer.left += part;
                return number;
            }
            long until = stamp + 30 * 24 * HOUR;
            for (ModelGrant grant : account.grants) {
                if (grant.isOfRefunds
                        && !grant.hasEnded
                        && !grant.expired(stamp)
                        && grant.models.equals(payer.models)) {
                    grant.left += part;
                    grant.credits += part;
                    grant.expiresAt = until;
                    return grant.number;
                }
            }
            long next = account.grants.size() + 1L;
            account.grants.add(new ModelGrant(next, true, payer.models, stamp, until, List.of(), part));
            return next;
        }

        private static String listed(Map<Long, Long> shares) {
            return shares.entrySet().stream()
                    .map(it -> it.getKey() + ":" + it.getValue())
                    .collect(Collectors.joining(" "));
        }

        private void adjust(ModelAccount account, long stamp) {
            long micros = 1 + random.nextInt(40);
            long most = account.generalLeaves(stamp);
            Adjustment adjustment = new Adjustment(account.id, -micros, "model", null, store.now());
            boolean isDone = micros <= most;
            if (isDone) {
                account.general -= micros;
                account.lastAt = stamp;
            }
            String what = account.id + " adjusted by " + -micros + ", at most " + most;
            doings.add(new Doing(
                    what,
                    adjustment,
                    () -> assertThat(adjustment.outcome().isDone()).as(what).isEqualTo(isDone)));
        }

        private void reverse(ModelAccount account, long stamp) {
            long micros = 1 + random.nextInt(40);
            long taken = Math.min(micros, account.generalLeaves(stamp));
            account.general -= taken;
            account.lastAt = stamp;
            Reversal reversal = new Reversal(account.id, micros, "model", null, store.now());
            String what = account.id + " reversed by " + micros + ", taken " + taken;
            doings.add(new Doing(what, reversal, () -> {
                assertThat(reversal.outcome()).as(what).isInstanceOf(Outcome.Done.class);
                assertThat(((Outcome.Done<Moved>) reversal.outcome()).value().micros())
                        .as(what)
                        .isEqualTo(-taken);
            }));
            if (taken < micros) {
                doings.add(new Doing("unblocked", new SetBlocked(account.id, false), () -> {}));
            }
        }

        private ModelGrant anyGrant(ModelAccount account) {
            return account.grants.isEmpty() ? null : account.grants.get(random.nextInt(account.grants.size()));
        }

        private void end(ModelAccount account, long stamp) {
            ModelGrant grant = anyGrant(account);
            if (grant == null || random.nextInt(3) > 0) {
                return;
            }
            Grant.End end = new Grant.End(
                    account.id, grant.number, "model", RequestId.ofOperator("end-" + ++made), store.now());
            String what = account.id + " grant " + grant.number + " ended";
            if (grant.hasEnded) {
                doings.add(new Doing(
                        what + " before",
                        end,
                        () -> assertThat(end.outcome().isDone()).as(what).isFalse()));
                return;
            }
            long leaves = account.leaves(grant, stamp);
            grant.left -= leaves;
            grant.hasEnded = grant.left == 0;
            account.lastAt = leaves > 0 ? stamp : account.lastAt;
            long newest = stamp;
            for (ModelCall call : account.open.values()) {
                newest = call.grantModel == null ? newest : Math.max(newest, call.createdAt + 1);
            }
            if (!grant.hasEnded) {
                grant.expiresAt = grant.expiresAt == null ? newest : Math.min(grant.expiresAt, newest);
            }
            doings.add(new Doing(what + ", " + leaves + " leave", end, () -> {
                assertThat(end.outcome()).as(what).isInstanceOf(Outcome.Done.class);
                assertThat(((Outcome.Done<Moved>) end.outcome()).value().micros())
                        .as(what)
                        .isEqualTo(-leaves);
            }));
        }

        private void later(ModelAccount account, long stamp) {
            ModelGrant grant = anyGrant(account);
            if (grant == null || grant.expiresAt == null) {
                return;
            }
            long expires = grant.expiresAt + random.nextInt(5) * HOUR;
            boolean isDone = !grant.hasEnded && !grant.expired(stamp) && !grant.isOfPlan;
            Grant.MoveExpiry change =
                    new Grant.MoveExpiry(account.id, grant.number, Instant.ofEpochMilli(expires), store.now());
            String what = account.id + " grant " + grant.number + " until " + Instant.ofEpochMilli(expires);
            if (isDone) {
                grant.expiresAt = expires;
            }
            doings.add(new Doing(what, change, () -> assertThat(change.outcome().isDone())
                    .as(what)
                    .isEqualTo(isDone)));
        }

        // ---- comparing ----

        private String text(String sql) {
            return store.database
                    .read(sql1 -> sql1.list(sql, row -> row.getString(1)))
                    .getFirst();
        }

        private void compare(ModelAccount account, String as) {
            assertThat(account.isCovered(account.stamp(store.now().toEpochMilli())) || isSetBack(account))
                    .as(as + ": covered")
                    .isTrue();
            assertThat(store.number("SELECT balance_micros + reserved_micros - granted_micros FROM account WHERE id = '"
                            + account.id + "'"))
                    .as(as + ": general")
                    .isEqualTo(account.general);
            assertThat(store.number("SELECT reserved_micros FROM account WHERE id = '" + account.id + "'"))
                    .as(as + ": held")
                    .isEqualTo(account.held());
            roomOfAnyModel(account, as);
            Map<Long, String> used = new HashMap<>();
            Map<Long, Long> until = new HashMap<>();
            List<String> rows = store.database.read(sql -> sql.list(
                    "SELECT number, credits_micros, left_micros, expires_at, ended_at, used FROM credit_grant WHERE account_id = ? ORDER BY number",
                    row -> {
                        used.put(row.getLong(1), row.getString(6));
                        until.put(row.getLong(1), row.getLong(4));
                        return row.getLong(1) + " of " + row.getLong(2) + ": " + row.getLong(3) + " until "
                                + row.getString(4) + (row.getString(5) == null ? "" : " ended");
                    },
                    account.id));
            account.grants.stream()
                    .filter(it -> it.isOfRefunds)
                    .forEach(grant -> stampedLater(grant, until.get(grant.number), as));
            assertThat(rows)
                    .as(as)
                    .isEqualTo(account.grants.stream()
                            .map(it -> it.number + " of " + it.credits + ": " + it.left + " until " + it.expiresAt
                                    + (it.hasEnded ? " ended" : ""))
                            .toList());
            account.grants.forEach(grant -> windows(account, grant, used.get(grant.number), as));
            for (ModelCall call : calls.values()) {
                if (call.account.equals(account.id) && !call.isOpen) {
                    paid(call, as);
                }
            }
        }

        /** Compares what is shown of an account with the room of a call that only grants for all models serve. */
        private void roomOfAnyModel(ModelAccount account, String as) {
            long at = account.stamp(store.now().toEpochMilli());
            ModelCall any = new ModelCall("", account.id, "", account.granted() > 0 ? "" : null, at);
            assertThat(store.ledger
                            .path(account.id, "key_1", KeyOwner.account("key_1"), SpendLimits.NONE, store.now())
                            .orElseThrow()
                            .usableMicros())
                    .as(as + ": room")
                    .isEqualTo(account.room(any, at));
        }

        /**
         * Takes the time of a refund from the ledger. It is the time of the account's entry, which another server's lapse before it moves on by as much as
         * their clocks differ; the ledger may write that lapse later than the model does.
         */
        private static void stampedLater(ModelGrant grant, Long until, String as) {
            assertThat(until)
                    .as(as + ": end of grant " + grant.number)
                    .isBetween(grant.expiresAt, grant.expiresAt + 2 * SKEW_MILLIS);
            grant.expiresAt = until;
        }

        /** Returns whether this server's clock hides a grant that another has seen start. */
        private boolean isSetBack(ModelAccount account) {
            long at = account.stamp(store.now().toEpochMilli());
            return account.grants.stream().anyMatch(it -> it.startsAt > at && it.startsAt <= at + 2 * SKEW_MILLIS);
        }

        private final java.util.Set<String> comparedCalls = new java.util.HashSet<>();

        private void paid(ModelCall call, String as) {
            if (comparedCalls.add(call.id)) {
                Map<Long, Long> shares = new LinkedHashMap<>();
                call.paid.forEach(it -> shares.merge(it[0], it[1], Long::sum));
                assertThat(text("SELECT paid_by FROM call WHERE id = '" + call.id + "'"))
                        .as(as + ": " + call.id)
                        .isEqualTo(shares.isEmpty() ? null : listed(shares));
            }
        }

        /** A hold may have turned a window before a payment does: whether it has is the ledger's choice, what a window has used is not. */
        private void windows(ModelAccount account, ModelGrant grant, String used, String as) {
            for (int i = 0; i < grant.limits.size(); i++) {
                ModelLimit limit = grant.limits.get(i);
                String[] pair = used.isEmpty() ? new String[] {"0", "0"} : used.split(" ")[i].split(":");
                long window = Long.parseLong(pair[0]);
                String what =
                        as + ": grant " + grant.number + " used " + used + ", model " + limit.window + ":" + limit.used;
                assertThat(window)
                        .as(what)
                        .isBetween(
                                limit.window,
                                grant.window(limit, account.stamp(store.now().toEpochMilli())));
                limit.used = window > limit.window ? 0 : limit.used;
                limit.window = window;
                assertThat(Long.parseLong(pair[1])).as(what).isEqualTo(limit.used);
            }
        }

        /** Ends what runs, and closes an account. */
        void close(String as) {
            ModelAccount closed = accounts.get("acc_2");
            for (ModelCall call : List.copyOf(closed.open.values())) {
                store.commit(Ended.release(call.id, store.now()));
            }
            CloseAccount close = new CloseAccount(closed.id, store.now());
            assertThat(store.decide(close).isDone()).as(as).isTrue();
            store.execute(
                    "UPDATE account SET deleted_at = 1 WHERE id = 'acc_2'"); // as the erasure of the same unit does
            assertThat(store.number("SELECT balance_micros + granted_micros FROM account WHERE id = 'acc_2'"))
                    .isZero();
            assertThat(
                            store.number(
                                    "SELECT COUNT(*) FROM credit_grant WHERE account_id = 'acc_2' AND (left_micros > 0 OR ended_at IS NULL)"))
                    .isZero();
        }

        void verify(String as) {
            LedgerChecks.assertCoherent(store);
            List<String> differences = new ArrayList<>();
            new Audit(store.database).run(differences::add, (subject, rows) -> {});
            differences.removeIf(it -> it.startsWith("key key_1 ")
                    || it.startsWith("usage of ") // not added up here
                    || it.contains("no plan of the account has it") // their grants alone are here
                    || it.contains("at the list price null"));
            assertThat(differences).as(as).isEmpty();
        }
    }
}
