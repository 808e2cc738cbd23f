package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.error.Shortage.OfLimit.Owner;
import dev.tollgate.base.error.Shortage.OfLimit.Spender;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.books.budgets.Budgets.SpendBudget;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.customers.keys.CustomerKeys;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.teams.Team;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import dev.tollgate.verification.Audit;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.temporal.WeekFields;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Budgets of all owners against a second calculation, which adds up calls and finds windows hour by hour. On PostgreSQL each step is taken by one
 * of three nodes, which know of each other's changes from the tables alone, whose clocks differ by up to 4 s, and which are killed now and then.
 */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class BudgetModelTest {

    private static final int STEPS = 900;
    private static final int NODES = 3;
    private static final int SKEW_MILLIS = 2_000;
    private static final String ACCOUNT = "acc_1";

    /** Berlin changes its clock in October; Kolkata's hours begin at half past; Havana's day begins twice in November. */
    private static final List<String> ZONES = List.of("UTC", "Europe/Berlin", "Asia/Kolkata", "America/Havana");

    private static final Acting OWNER = new Acting(ACCOUNT, "per_0", null, new Membership("mem_0", MemberRole.OWNER));

    private final List<String> members = new ArrayList<>();
    private final List<String> teams = new ArrayList<>();
    private int made;

    /** A key with its member and its team; empty without one. */
    private record Key(String id, String member, String team) {}

    private final List<Key> keys = new ArrayList<>(List.of(
            new Key("key_0", "", ""),
            new Key("key_1", "mem_1", ""),
            new Key("key_2", "mem_1", "team_1"),
            new Key("key_3", "mem_2", "team_1"),
            new Key("key_4", "", "team_1"),
            new Key("key_5", "", "team_2"),
            new Key("key_6", "mem_3", "")));

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private final List<Node> nodes = new ArrayList<>();
    private String url = "";
    private int nodesStarted;
    private Instant now = Instant.parse("2026-10-20T10:00:00Z");

    /** The node that takes the present step. */
    private Node node;

    private CustomersFixture store;
    private final Map<String, Call> calls = new LinkedHashMap<>();
    private final Map<String, Map<SpendWindow, Set>> budgets = new HashMap<>();
    private ZoneId zone = ZoneId.of("UTC");
    private Instant zoneSetAt = Instant.EPOCH;

    /** A budget of the model. @param limit null counts only @param since in milliseconds */
    private record Set(@Nullable Long limit, long since) {}

    private record Node(String id, CustomersFixture store) {}

    private static final class Call {
        final OpenHold hold;
        final Node node;
        long held;
        long charged;
        boolean isOpen = true;

        Call(OpenHold hold, Node node, long held) {
            this.hold = hold;
            this.node = node;
            this.held = held;
        }
    }

    @BeforeEach
    void open() {
        if (stores == Stores.POSTGRESQL) {
            url = Postgres.migrated();
        }
        start();
        store = nodes.getFirst().store();
        store.setNow(now);
        store.account(ACCOUNT, 1_000_000_000);
        member("0");
        for (int i = 1; i <= 3; i++) {
            members.add(member(Integer.toString(i)));
        }
        teams.addAll(List.of(team("1"), team("2")));
        for (Key key : keys) {
            store.ownedKey(key.id(), ACCOUNT, key.member(), key.team());
        }
        while (stores == Stores.POSTGRESQL && nodes.size() < NODES) {
            start();
        }
        pick(new Random(0));
    }

    private String member(String name) {
        store.execute("INSERT INTO person (id, account_id, login, name, role, password_hash, created_at) VALUES ('per_"
                + name + "', 'acc_1', '" + name + "@example.org', '" + name + "', 'user', '', 1)");
        store.execute("INSERT INTO member (id, account_id, person_id, role, created_at) VALUES ('mem_" + name
                + "', 'acc_1', 'per_" + name + "', 'owner', 1)");
        return "mem_" + name;
    }

    private String team(String name) {
        store.execute("INSERT INTO team (id, account_id, name, created_at) VALUES ('team_" + name
                + "', 'acc_1', 'The team_" + name + "', 1)");
        return "team_" + name;
    }

    private void start() {
        CustomersFixture started = url.isEmpty() ? new CustomersFixture(folder) : CustomersFixture.shared(url);
        Node next = new Node("node_" + ++nodesStarted, started);
        if (!url.isEmpty()) {
            started.setNodeId(next.id());
            Postgres.execute(
                    url,
                    "INSERT INTO node (id, lease_until, schema_known) VALUES ('" + next.id()
                            + "', 9000000000000, 999)");
        }
        nodes.add(next);
    }

    @AfterEach
    void close() {
        nodes.forEach(each -> each.store().close());
    }

    /** The next step is one of any node, by that node's clock. */
    private void pick(Random random) {
        node = nodes.get(random.nextInt(nodes.size()));
        store = node.store();
        store.setNow(now.plusMillis(random.nextInt(-SKEW_MILLIS, SKEW_MILLIS + 1)));
    }

    @Test
    void decisions_and_windows_follow_the_model_on_random_histories() {
        long seed = System.nanoTime();
        System.out.println("BudgetModelTest seed " + seed);
        Random random = new Random(seed);
        for (int step = 0; step < STEPS; step++) {
            String as = "seed " + seed + ", step " + step;
            pick(random);
            switch (random.nextInt(24)) {
                case 0, 1, 2, 3, 4, 5, 6 -> reserve("t" + step, random, as);
                case 7, 8 -> extend(random, as);
                case 9, 10, 11, 12 -> settle(random);
                case 13, 14 -> setBudget(random, as);
                case 15 -> {
                    if (random.nextInt(3) == 0) {
                        setZone(random, as);
                    }
                }
                case 16 -> {
                    if (random.nextInt(4) == 0) {
                        kill(as);
                    }
                }
                case 17 -> {
                    if (random.nextInt(4) == 0) {
                        move(random, as);
                    }
                }
                case 18 -> refund(random);
                case 20 -> {
                    if (random.nextInt(5) == 0) {
                        leave(random, as);
                    }
                }
                case 21 -> {
                    if (random.nextInt(5) == 0) {
                        archive(random, as);
                    }
                }
                // Windows end on the hour: a moment before, some clocks are after it.
                case 19 -> now = now.truncatedTo(ChronoUnit.HOURS).plusMillis(HOUR - random.nextInt(SKEW_MILLIS));
                default -> now = now.plus(Duration.ofMinutes(random.nextInt(1 << random.nextInt(1, 13))));
            }
            if (step % 150 == 149) {
                verify(as);
            }
        }
        calls.values().stream().filter(call -> call.isOpen).forEach(call -> settle(call, call.held / 2));
        verify("seed " + seed + ", at the end");
    }

    private void verify(String as) {
        LedgerChecks.assertCoherent(store);
        List<String> differences = new ArrayList<>();
        new Audit(store.database).run(differences::add, (subject, rows) -> {});
        assertThat(differences.stream().filter(it -> it.contains("budget")).toList())
                .as(as)
                .isEmpty();
    }

    // ---- steps ----

    private void reserve(String id, Random random, String as) {
        Key key = keys.get(random.nextInt(keys.size()));
        OpenHold hold = new OpenHold(id, ACCOUNT, key.id(), "chat", "m", store.now(), key.member(), key.team());
        long least = random.nextInt(30);
        long wanted = least + random.nextInt(200);
        assertThat(shown(hold)).as(as).isEqualTo(limited(hold));
        ReserveOutcome expected = refusal(hold, least);
        long room = room(hold);
        if (expected == null) {
            expected = new ReserveOutcome.Reserved(Math.min(wanted, room));
        }
        ReserveOutcome outcome = store.decide(new Reserve(hold, least, wanted, () -> SpendLimits.NONE, () -> true));
        assertThat(outcome).as(as).isEqualTo(expected);
        if (outcome instanceof ReserveOutcome.Reserved reserved) {
            calls.put(id, new Call(hold, node, reserved.heldMicros()));
        }
    }

    private void extend(Random random, String as) {
        Call call = any(random);
        if (call != null) {
            long wanted = 1 + random.nextInt(100);
            ReserveOutcome.SpendLimitReached full = refusal(call.hold, 1);
            long added = Math.min(wanted, room(call.hold));
            Extend.Outcome outcome = store.decide(
                    new Extend(call.hold.id(), 1, wanted, () -> SpendLimits.NONE, () -> true, store.now()));
            assertThat(outcome)
                    .as(as)
                    .isEqualTo(
                            full == null
                                    ? new Extend.Extended(added, call.held + added)
                                    : new Extend.WindowExhausted(full.window()));
            call.held += full == null ? added : 0;
        }
    }

    private void settle(Random random) {
        Call call = any(random);
        if (call != null) {
            settle(call, random.nextBoolean() ? 0 : random.nextLong(call.held + 1));
        }
    }

    private void settle(Call call, long charge) {
        store.settle(call.hold.id(), charge);
        call.charged = charge;
        call.held = 0;
        call.isOpen = false;
    }

    private @Nullable Call any(Random random) {
        List<Call> open = calls.values().stream().filter(call -> call.isOpen).toList();
        return open.isEmpty() ? null : open.get(random.nextInt(open.size()));
    }

    private void refund(Random random) {
        List<Call> charged =
                calls.values().stream().filter(call -> call.charged > 0).toList();
        if (!charged.isEmpty()) {
            Call call = charged.get(random.nextInt(charged.size()));
            store.decide(new Refund(ACCOUNT, call.hold.id(), 1, "a test", null, store.now())); // gives no budget back
        }
    }

    /** The node ends without a word. Another one gives its holds back; a file's only program finds them as they are. */
    private void kill(String as) {
        node.store().close();
        nodes.remove(node);
        start();
        store = nodes.getFirst().store();
        store.setNow(now);
        if (!url.isEmpty()) {
            Postgres.execute(url, "UPDATE node SET lease_until = 0 WHERE id = '" + node.id() + "'");
            List<Call> held = calls.values().stream()
                    .filter(call -> call.isOpen && call.node == node)
                    .toList();
            assertThat(store.decide(new ReleaseAbandoned(now)))
                    .as(as)
                    .containsExactlyInAnyOrderElementsOf(
                            held.stream().map(call -> call.hold.id()).toList());
            for (Call call : held) {
                call.held = 0;
                call.isOpen = false;
            }
        }
    }

    /** A key's new id takes its budgets along, and has spent nothing. */
    private void move(Random random, String as) {
        Key key = keys.get(random.nextInt(keys.size()));
        String team = any(List.of("", teams.getFirst(), teams.getLast()), random);
        CustomerKeys customers = new CustomerKeys(
                store.keys,
                store.writer,
                new Allowances(store.database, CustomersFixture.SECRETS, store::now),
                store::now,
                new SecureRandom());
        String id = customers
                .move(new Acting(ACCOUNT, "per_1", null, null), key.id(), team)
                .orThrow()
                .id();
        if (!id.equals(key.id())) {
            moved(key, id, team);
        }
    }

    private void moved(Key key, String id, String team) {
        keys.remove(key);
        keys.add(new Key(id, "", team));
        if (budgets.containsKey(key.id())) {
            budgets.put(id, new EnumMap<>(budgets.get(key.id())));
        }
    }

    /** A member leaves: each key is deleted, or moved to a team. The running calls count for the member. Another member comes. */
    private void leave(Random random, String as) {
        String member = any(members, random);
        Map<String, String> toTeams = new HashMap<>();
        List<Key> its = keys.stream().filter(key -> key.member().equals(member)).toList();
        its.stream().filter(_ -> random.nextBoolean()).forEach(key -> toTeams.put(key.id(), any(teams, random)));
        Members leaving =
                new Members(store.database, store.keys, store.writer, store.counted(), store::now, new SecureRandom());
        assertThat(leaving.remove(OWNER, member, toTeams)).as(as).isInstanceOf(Outcome.Done.class);
        for (Key key : its) {
            String team = toTeams.get(key.id());
            if (team == null) {
                keys.remove(key);
            } else {
                moved(key, text("SELECT moved_to FROM api_key WHERE id = '" + key.id() + "'"), team);
            }
        }
        members.remove(member);
        String next = member("next" + ++made);
        members.add(next);
        add(next, random.nextBoolean() ? "" : any(teams, random));
    }

    /** A team is archived with all its keys. The running calls count for the team. Another one is made. */
    private void archive(Random random, String as) {
        String team = any(teams, random);
        Teams all = new Teams(store.database, store.keys, store.counted(), store::now, new SecureRandom());
        assertThat(all.archive(OWNER, team)).as(as).isInstanceOf(Outcome.Done.class);
        keys.removeIf(key -> key.team().equals(team));
        teams.remove(team);
        Outcome<Team> created = all.create(OWNER, "The next " + ++made);
        String next = created.orThrow().id();
        teams.add(next);
        add("", next);
        add(any(members, random), next);
    }

    private void add(String member, String team) {
        Key key = new Key("key_next" + ++made, member, team);
        store.ownedKey(key.id(), ACCOUNT, member, team);
        keys.add(key);
    }

    private static <T> T any(List<T> all, Random random) {
        return all.get(random.nextInt(all.size()));
    }

    private void setBudget(Random random, String as) {
        String owner = random.nextInt(3) == 0
                ? keys.get(random.nextInt(keys.size())).id()
                : any(List.of(Budgets.ACCOUNT, Budgets.EACH_MEMBER, any(members, random), any(teams, random)), random);
        SpendWindow window = SpendWindow.values()[random.nextInt(5)];
        boolean isRemoved = random.nextInt(4) == 0;
        Long limit = owner.startsWith("mem_") && random.nextInt(4) == 0 ? null : (long) random.nextInt(600);
        SetBudgets set = SetBudgets.of(
                ACCOUNT,
                owner,
                limits -> {
                    Map<SpendWindow, SpendBudget> next = new EnumMap<>(SpendWindow.class);
                    next.putAll(limits);
                    if (isRemoved) {
                        next.remove(window);
                    } else {
                        next.put(window, new SpendBudget(limit));
                    }
                    return next;
                },
                store.now());
        assertThat(store.decide(set).isDone()).as(as).isTrue();
        Map<SpendWindow, Set> its = budgets.computeIfAbsent(owner, key -> new EnumMap<>(SpendWindow.class));
        if (isRemoved) {
            its.remove(window);
        } else {
            Set counted = owner.startsWith("mem_") ? ofMember(owner).get(window) : its.get(window);
            long since = counted == null ? start(window, store.now().toEpochMilli()) : counted.since();
            its.put(window, new Set(limit, since));
        }
    }

    private void setZone(Random random, String as) {
        ZoneId next = ZoneId.of(ZONES.get(random.nextInt(ZONES.size())));
        Outcome<SetBudgets.Changed> outcome = store.decide(SetBudgets.zone(ACCOUNT, next, store.now()));
        boolean isSoon = !next.equals(zone) && store.now().isBefore(zoneSetAt.plus(Duration.ofDays(1)));
        assertThat(outcome.isDone()).as(as).isEqualTo(!isSoon);
        if (!isSoon && !next.equals(zone)) {
            zone = next;
            zoneSetAt = store.now();
            for (Map<SpendWindow, Set> its : budgets.values()) {
                its.replaceAll((window, set) ->
                        new Set(set.limit(), start(window, store.now().toEpochMilli())));
            }
        }
    }

    // ---- the model ----

    private Map<SpendWindow, Set> ofMember(String member) {
        Map<SpendWindow, Set> all = new EnumMap<>(SpendWindow.class);
        all.putAll(budgets.getOrDefault(Budgets.EACH_MEMBER, Map.of()));
        all.putAll(budgets.getOrDefault(member, Map.of()));
        return all;
    }

    private String text(String query) {
        return Objects.requireNonNull(store.database.read(sql -> sql.one(query, row -> row.getString(1))));
    }

    private String teamName(String team) {
        return text("SELECT name FROM team WHERE id = '" + team + "'");
    }

    /** A budget on the path of a call, with what is used of it. */
    private record Used(
            Spender owner,
            SpendWindow window,
            long limit,
            long charged,
            long held,
            @Nullable Instant end) {

        long room() {
            return Math.max(0, limit - charged - held);
        }
    }

    /** The budgets that count a call, of the innermost owner first. */
    private List<Used> path(OpenHold hold) {
        List<Used> path = new ArrayList<>();
        add(path, hold, new Spender(Owner.KEY, hold.keyId(), ""), budgets.getOrDefault(hold.keyId(), Map.of()));
        if (!hold.memberId().isEmpty()) {
            add(path, hold, new Spender(Owner.MEMBER, hold.memberId(), ""), ofMember(hold.memberId()));
        }
        if (!hold.teamId().isEmpty()) {
            add(
                    path,
                    hold,
                    new Spender(Owner.TEAM, hold.teamId(), teamName(hold.teamId())),
                    budgets.getOrDefault(hold.teamId(), Map.of()));
        }
        add(path, hold, new Spender(Owner.ACCOUNT, ACCOUNT, ""), budgets.getOrDefault(Budgets.ACCOUNT, Map.of()));
        return path;
    }

    private void add(List<Used> path, OpenHold hold, Spender owner, Map<SpendWindow, Set> its) {
        its.forEach((window, set) -> {
            long at = hold.createdAt().toEpochMilli();
            if (at >= set.since()) {
                long charged = 0;
                long held = 0;
                for (Call call : calls.values()) {
                    long began = call.hold.createdAt().toEpochMilli();
                    if (began >= set.since() && isOf(call.hold, owner) && isSame(window, began, at)) {
                        charged += call.charged;
                        held += call.held;
                    }
                }
                long limit = set.limit() == null ? Long.MAX_VALUE : set.limit();
                long now = store.now().toEpochMilli();
                path.add(new Used(owner, window, limit, charged, held, end(window, now)));
            }
        });
    }

    private static boolean isOf(OpenHold hold, Spender owner) {
        return switch (owner.kind()) {
            case KEY -> hold.keyId().equals(owner.id());
            case MEMBER -> hold.memberId().equals(owner.id());
            case TEAM -> hold.teamId().equals(owner.id());
            case ACCOUNT -> true;
        };
    }

    private long room(OpenHold hold) {
        return path(hold).stream().mapToLong(Used::room).min().orElse(Long.MAX_VALUE);
    }

    /** The budget without room that resets last; among several the outermost owner's, and the longest among these. */
    private ReserveOutcome.@Nullable SpendLimitReached refusal(OpenHold hold, long least) {
        Used last = null;
        for (Used used : path(hold)) {
            if (used.room() < least && (last == null || !millis(used.end()).isBefore(millis(last.end())))) {
                last = used;
            }
        }
        return last == null
                ? null
                : new ReserveOutcome.SpendLimitReached(
                        last.owner(),
                        last.window(),
                        zone,
                        last.limit(),
                        last.charged(),
                        last.held(),
                        least,
                        last.end());
    }

    /** The path of a call as the credits of its key show it. */
    private List<Used> shown(OpenHold hold) {
        KeyOwner owner = new KeyOwner(hold.memberId(), hold.teamId(), hold.keyId());
        return store
                .ledger
                .path(ACCOUNT, hold.keyId(), owner, SpendLimits.NONE, hold.createdAt())
                .orElseThrow()
                .limits()
                .stream()
                .map(it -> new Used(
                        it.owner(),
                        it.window(),
                        it.limitMicros(),
                        it.use().chargedMicros(),
                        it.use().heldMicros(),
                        it.endsAt()))
                .toList();
    }

    private List<Used> limited(OpenHold hold) {
        return path(hold).stream().filter(used -> used.limit() < Long.MAX_VALUE).toList();
    }

    private static Instant millis(@Nullable Instant end) {
        return end == null ? Instant.MAX : end;
    }

    // ---- windows, hour by hour ----

    private static final long HOUR = 3_600_000;

    private boolean isSame(SpendWindow window, long one, long other) {
        return name(window, one).equals(name(window, other));
    }

    private long start(SpendWindow window, long at) {
        if (window == SpendWindow.TOTAL) {
            return 0;
        }
        long hour = at - at % HOUR;
        while (isSame(window, hour - HOUR, hour)) {
            hour -= HOUR;
        }
        return hour;
    }

    private @Nullable Instant end(SpendWindow window, long at) {
        if (window == SpendWindow.TOTAL) {
            return null;
        }
        long hour = at - at % HOUR;
        while (isSame(window, hour, at)) {
            hour += HOUR;
        }
        return Instant.ofEpochMilli(hour);
    }

    /** Returns the name of the window of an hour in UTC: the last local day that has begun by then. */
    private String name(SpendWindow window, long at) {
        long hour = at - at % HOUR;
        LocalDate near = LocalDate.ofInstant(Instant.ofEpochMilli(hour), zone);
        LocalDate day = near.minusDays(1);
        for (LocalDate next = near; !next.isAfter(near.plusDays(1)); next = next.plusDays(1)) {
            day = next.atStartOfDay(zone).toInstant().toEpochMilli() <= hour ? next : day;
        }
        return switch (window) {
            case HOUR -> Long.toString(hour);
            case DAY -> day.toString();
            case WEEK -> day.get(WeekFields.ISO.weekBasedYear()) + "W" + day.get(WeekFields.ISO.weekOfWeekBasedYear());
            case MONTH -> day.toString().substring(0, 7);
            case TOTAL -> "";
        };
    }
}
