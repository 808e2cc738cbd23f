package dev.tollgate.calls.metering;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.AnswerRoom;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.models.Model;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.PriceSchedule;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Tariff;
import dev.tollgate.protocols.openai.ChatRequestReader;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Silence;
import dev.tollgate.upstreams.media.CallMedia;
import dev.tollgate.upstreams.pool.ChatAsk;
import dev.tollgate.upstreams.pool.Replay;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A call under everything that can happen to it, in every order that chance comes to: the store is slow, refuses or loses a hold; the
 * upstream comes early, late, twice or breaks; the caller reads slowly or leaves; time is up; the server stops; any collaborator fails at
 * any point. Each order is made of one seed, which a failure prints: {@code -Dtollgate.simulation=SEED} plays that one again.
 */
class CallSimulationTest {

    private static final int ORDERS = Integer.getInteger("tollgate.simulation.orders", Effort.of(50_000, 10_000_000));

    private static final Catalogue CATALOGUE = CatalogueLoader.load(Path.of("ledger/src/main/resources/models.yaml"));

    /** A model that bills reasoning, and a model with growing holds that does not. */
    private static final List<Model> CATALOGUED = List.of(
            CATALOGUE.all().stream()
                    .filter(model -> model.pricing().reasoningBilled())
                    .findFirst()
                    .orElseThrow(),
            CATALOGUE.all().stream()
                    .filter(model -> !model.pricing().reasoningBilled())
                    .findFirst()
                    .orElseThrow());

    /** A model that makes images, at sixteen times the rate of its other output. */
    static final Model MAKES_IMAGES = Sold.model(
            new Pricing(
                    "images",
                    new Tariff(
                            new PriceRates(
                                    400_000_000,
                                    1_500_000_000,
                                    400_000_000,
                                    400_000_000,
                                    400_000_000,
                                    24_000_000_000L,
                                    0,
                                    0),
                            null,
                            Tariff.SearchCounts.QUERIES,
                            new Tariff.Tiers(5_000, 18_000)),
                    true,
                    CATALOGUED.getFirst().pricing().rounding()),
            false);

    /** These models, and those of the catalogue with a price that has every part and a step in the middle of the prompts. */
    private static final List<Model> MODELS = Stream.concat(
                    Stream.concat(CATALOGUED.stream(), Stream.of(MAKES_IMAGES)),
                    CATALOGUED.stream()
                            .map(model -> model.atPrices(PriceSchedule.of(new Pricing(
                                    "parts",
                                    new Tariff(
                                            new PriceRates(57_000_000, 450_000_000, 6_000_000, 57_000_000, 1_000_000),
                                            new PriceRates.Step(
                                                    1_500,
                                                    new PriceRates(
                                                            114_000_000,
                                                            675_000_000,
                                                            12_000_000,
                                                            114_000_000,
                                                            1_000_000)),
                                            Tariff.SearchCounts.QUERIES,
                                            new Tariff.Tiers(5_000, 18_000)),
                                    model.pricing().reasoningBilled(),
                                    model.pricing().rounding())))))
            .toList();

    /** What came of a call, to see that every way of ending is among them. */
    private final AtomicInteger sent = new AtomicInteger();

    private final AtomicInteger charged = new AtomicInteger();
    private final AtomicInteger back = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger faults = new AtomicInteger();
    private final AtomicInteger again = new AtomicInteger();
    private final AtomicInteger leftSearching = new AtomicInteger();

    @Test
    void a_call_resolves_once_and_shows_and_charges_only_held_output() {
        Long one = Long.getLong("tollgate.simulation");
        if (one != null) {
            play(one);
            return;
        }
        Random seeds = new Random(Effort.seed(
                "test.seed")); // seeds in a row begin alike: whole kinds of orders would be missing from a few thousand
        try (Silence _ = new Silence()) { // otherwise the log has hundreds of thousands of faults
            for (int i = 0; i < ORDERS; i++) {
                play(seeds.nextLong());
            }
        }
        assertThat(List.of(sent, charged, back, lost, refused, faults, again))
                .as("of %d orders: sent, charged, back, lost, refused, met a fault, asked again", ORDERS)
                .allMatch(count -> count.get() > ORDERS / 200);
        assertThat(leftSearching.get()).as("left after two searches or more").isGreaterThan(ORDERS / 2_000);
    }

    private void play(long seed) {
        SimulatedWorld world = new SimulatedWorld(seed);
        Random random = world.random();
        Model model = MODELS.get(random.nextInt(MODELS.size()));
        int candidates = model.makesImages() ? 1 : 1 + random.nextInt(2);
        int promptTokens = 1 + random.nextInt(2_000);
        Long tokensMax = !model.makesImages() && random.nextBoolean() ? null : Long.valueOf(1 + random.nextInt(4_000));
        Extras.Tools tools = random.nextBoolean() ? Extras.Tools.NONE : new Extras.Tools(1 + random.nextInt(60_000), 0);
        Extras extras = extras(model, random, tokensMax != null, tools);
        Bounds bounds = new Bounds(
                model,
                promptTokens + random.nextInt(2_000) + extras.toolTokensHeld(),
                promptTokens + 2_000,
                false,
                candidates,
                tokensMax,
                null,
                extras);
        SimulatedBooks books = new SimulatedBooks(world, random.nextBoolean(), available(random, bounds));
        SimulatedCaller caller = new SimulatedCaller(world, books, bounds, promptTokens);
        SimulatedUpstream upstream = new SimulatedUpstream(
                world,
                candidates,
                promptTokens,
                tools.tokensMax() == 0 ? 0 : random.nextInt(120_000),
                model.makesImages() ? bounds.extras().images().tokens() : 0);
        AtomicInteger over = new AtomicInteger();
        Counting counting = new Counting();
        for (int others = world.random().nextInt(6); others > 0; others--) { // most find a free turn
            if (counting.enter("acc")) {
                world.later(() -> counting.leave("acc"));
            }
        }
        List<OverCall> told = new ArrayList<>(1);
        AnswerRoom room = new AnswerRoom(ROOM_BYTES, soon -> {});
        Call call = new Call(
                new Call.Parts(books, counting, NO_MEDIA, room, PlayedCall.NO_OTHERS, told::add),
                Sold.request(model, ASK, tokensMax).with(new Translation(bounds, 4L * promptTokens, upstream, 0)),
                "task",
                caller,
                world,
                () -> world.steps() * 200_000_000L,
                over::incrementAndGet);
        caller.leavesBy(call::gone);
        books.countedBy(upstream);
        world.execute(call::begin);
        for (int times = world.chance(20) ? 3 : 0; times > 0; times--) {
            world.later(() -> world.execute(() -> call.runs(world.steps() * 200_000_000L, 1_000_000_000L)));
        }
        for (int times = 3; times > 0; times--) {
            world.later(() -> world.execute(call::waits));
        }
        if (random.nextInt(10) == 0) {
            world.later(() -> world.execute(caller::leave));
        }
        if (random.nextInt(12) == 0) {
            world.later(() -> world.execute(call::timeIsUp));
        }
        AtomicBoolean stoppedEarly = new AtomicBoolean();
        if (random.nextInt(12) == 0) {
            world.later(() -> world.execute(() -> {
                stoppedEarly.set(!books.wasHeld());
                call.stop(UpstreamErrors.unavailable());
            }));
        }
        if (random.nextInt(12) == 0) {
            world.later(() -> world.execute(() -> call.turn(() -> {
                throw new SimulatedWorld.Fault("what nobody has thought of");
            })));
        }

        world.run();

        judge(world, books, caller, upstream, over.get());
        judge(world, books, told);
        judgeSearches(world, books, upstream, bounds);
        world.require(room.bytes() == 0, "room is given back");
        world.require(!stoppedEarly.get() || upstream.sent().isEmpty(), "what was stopped beforehand is not asked");
        count(world, books, caller, upstream);
        assertThat(world.violation())
                .as("-Dtollgate.simulation=%d\n%s", seed, world.story())
                .isNull();
    }

    private static final Set<CallOutcome> CHARGED = EnumSet.of(
            CallOutcome.COMPLETED,
            CallOutcome.CUT_LENGTH,
            CallOutcome.CUT_CREDITS,
            CallOutcome.CUT_LIMIT,
            CallOutcome.CUT_TIME,
            CallOutcome.CUT_ROOM);

    private static Extras extras(Model model, Random random, boolean hasMaximum, Extras.Tools tools) {
        ServiceTier[] tiers = ServiceTier.values();
        long room = hasMaximum && random.nextBoolean() ? random.nextInt(2_000) : 0;
        boolean isPlain = model.pricing().tariff().isPlain();
        ServiceTier tier = isPlain ? ServiceTier.STANDARD : tiers[random.nextInt(tiers.length)];
        return new Extras(
                0,
                isPlain ? 0 : random.nextInt(4),
                tier,
                model.makesImages() ? 0 : room,
                0,
                Extras.Held.MOST,
                Sold.images(model, tier),
                tools);
    }

    private static long available(Random random, Bounds bounds) {
        return switch (random.nextInt(6)) {
            case 0 -> 0;
            case 1 -> random.nextLong(bounds.leastMicros() + 1);
            case 2 -> bounds.leastMicros() + random.nextLong(bounds.wantedMicros() - bounds.leastMicros() + 1);
            case 3 -> bounds.wantedMicros() + random.nextLong(bounds.wantedMicros() + 1);
            default -> 1_000 * bounds.wantedMicros();
        };
    }

    private static void judge(
            SimulatedWorld world,
            SimulatedBooks books,
            SimulatedCaller caller,
            SimulatedUpstream upstream,
            int timesOver) {
        world.require(timesOver == 1, "a call is over once, and was over " + timesOver + " times");
        world.require(books.state() != SimulatedBooks.State.HELD, "nothing stays held");
        world.require(
                caller.isGone() ? caller.ends() <= 1 : caller.ends() == 1,
                "a caller hears one end, and heard " + caller.ends());
        world.require(upstream.sent().stream().allMatch(SimulatedUpstream.Sent::isOver), "no upstream is left talking");
        if (caller.wasSent() && books.hadNoRoom()) {
            world.require(caller.text().isEmpty(), "a refusal that is charged has no text");
        } else if (caller.wasSent() && !caller.wasCutByLength()) {
            world.require(
                    upstream.sent().stream().anyMatch(answer -> answer.mayEndWith(caller.text())),
                    "an answer that is whole is what the upstream has said");
        }
    }

    /** Checks that observers receive the call once, as the books have it. */
    private static void judge(SimulatedWorld world, SimulatedBooks books, List<OverCall> told) {
        world.require(told.size() == 1, "who watches is told once, and was told " + told.size() + " times");
        for (OverCall call : told) {
            boolean charged = books.state() == SimulatedBooks.State.CHARGED;
            world.require(
                    CHARGED.contains(call.outcome()) == charged || call.outcome() == CallOutcome.CANCELLED,
                    "what is charged is told as such, and was told as " + call.outcome());
            world.require((call.usage() != null) == charged, "what was used is told of what is charged");
        }
    }

    /** Checks that a caller who leaves pays for the searches that were reported by then. */
    private void judgeSearches(SimulatedWorld world, SimulatedBooks books, SimulatedUpstream upstream, Bounds bounds) {
        Books.Settlement settlement = books.settlement();
        if (settlement == null
                || settlement.end() != Books.End.CANCELLED
                || upstream.sent().size() != 1) {
            return;
        }
        int reported = upstream.sent().getFirst().searched();
        boolean mayBePages = bounds.extras().tools().tokensMax() > 0;
        int charged = reported < 0 || reported == 0 && mayBePages
                ? 0
                : Math.min(bounds.extras().searchesMax(), Math.max(1, reported));
        world.require(settlement.bill().usage().searches() == charged, "who leaves pays for reported searches");
        if (charged > 1) {
            leftSearching.incrementAndGet();
        }
    }

    private void count(SimulatedWorld world, SimulatedBooks books, SimulatedCaller caller, SimulatedUpstream upstream) {
        (caller.wasSent() ? sent : world.metFault() ? faults : refused).incrementAndGet();
        switch (books.state()) {
            case CHARGED -> charged.incrementAndGet();
            case BACK -> back.incrementAndGet();
            case LOST -> lost.incrementAndGet();
            default -> {
                // was never held for
            }
        }
        if (upstream.sent().size() > 1) {
            again.incrementAndGet();
        }
    }

    @SuppressWarnings("NullAway") // a call without media does not touch it
    private static final MediaAccess NO_MEDIA = null;

    private static final long ROOM_BYTES = 60_000;

    private static final ChatAsk ASK = new ChatAsk(
            ChatRequestReader.read(
                            "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"
                                    .getBytes(StandardCharsets.UTF_8),
                            ReadLimits.DEFAULT)
                    .conversation(),
            "m",
            "m",
            false,
            null,
            ServiceTier.STANDARD,
            Replay.NONE,
            new CallMedia(),
            Lease.FREE);
}
