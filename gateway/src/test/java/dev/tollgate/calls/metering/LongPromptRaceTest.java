package dev.tollgate.calls.metering;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.ledger.Balance;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Tariff;
import dev.tollgate.testing.Await;
import dev.tollgate.testing.CallsFixture;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls with long prompts race for one balance or one limit, on PostgreSQL from two nodes: exactly as many run as it covers (P6a). */
@Timeout(240)
class LongPromptRaceTest {

    private static final int RACERS = 10;

    /** A prompt of at most 200 tokens by its bytes, and 160 by its count; above 150 tokens all cost twice as much. It wants 160 × 2 + 10 × 4. */
    private static final Bounds LONG = new Bounds(
            Sold.model(
                    new Pricing(
                            "v1",
                            new Tariff(
                                    new PriceRates(1_000_000, 2_000_000, 1_000_000, 1_000_000, 0),
                                    new PriceRates.Step(
                                            150, new PriceRates(2_000_000, 4_000_000, 2_000_000, 2_000_000, 0)),
                                    Tariff.SearchCounts.QUERIES,
                                    new Tariff.Tiers(10_000, 10_000)),
                            false,
                            new Pricing.Rounding(Pricing.Rounding.Form.FLOOR_TOTAL, 1, 10)),
                    false),
            200,
            300,
            false,
            1,
            10L,
            null,
            Extras.NONE);

    private static final long EACH = 360;

    private final ExecutorService loop = Executors.newSingleThreadExecutor();
    private final List<CallsFixture> nodes = new ArrayList<>();
    private final List<Counting> countings = new ArrayList<>();
    private final List<Racer> racers = new ArrayList<>();

    @TempDir
    Path folder;

    private static final class Racer {
        private final PlayedCall played = new PlayedCall(LONG);
        private final List<String> told = new ArrayList<>();
        private Call call;
        private boolean counted;

        boolean isServed() {
            return told.stream().anyMatch(line -> line.startsWith("ask for"));
        }

        boolean isDecided() {
            return isServed() || told.stream().anyMatch(line -> line.startsWith("failed"));
        }
    }

    private <T> T on(Callable<T> work) {
        try {
            return loop.submit(work).get(60, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void open(Stores kind) {
        if (kind == Stores.SQLITE) {
            nodes.add(new CallsFixture(folder));
        } else {
            String url = Postgres.migrated();
            nodes.add(CallsFixture.shared(url));
            nodes.add(CallsFixture.shared(url));
        }
        nodes.forEach(node -> countings.add(new Counting()));
    }

    @AfterEach
    void close() {
        nodes.forEach(CallsFixture::close);
        loop.shutdownNow();
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void exactly_as_many_long_prompts_run_as_the_balance_covers(Stores kind) {
        open(kind);
        CallsFixture store = nodes.getFirst();
        store.account("acc_1", 3 * EACH + 40);
        store.key("key_1", "acc_1", KeySettings.named("racers"));
        race(ErrorCode.INSUFFICIENT_CREDITS);
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(3 * EACH + 40, 0, 3 * EACH + 40, 0));
        LedgerChecks.assertCoherent(store);
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void exactly_as_many_long_prompts_run_as_a_limit_covers(Stores kind) {
        open(kind);
        CallsFixture store = nodes.getFirst();
        store.account("acc_1", 100_000);
        store.key("key_1", "acc_1", KeySettings.named("racers").withSpend(new SpendLimits(null, null, 3 * EACH + 40)));
        race(ErrorCode.SPEND_LIMIT_EXCEEDED);
        assertThat(store.balance("acc_1")).isEqualTo(new Balance(100_000, 0, 100_000, 0));
        LedgerChecks.assertCoherent(store);
    }

    private void race(ErrorCode refusal) {
        long seed = Effort.seed("test.seed");
        Random random = new Random(seed);
        String prefix = nodes.getFirst().prefix("key_1");
        on(() -> {
            for (int i = 0; i < RACERS; i++) {
                racers.add(start(i, prefix));
            }
            return true;
        });
        Await.until("every racer's decision", () -> on(() -> drive(random)));
        assertThat(racers.stream().filter(Racer::isServed)).as("seed %d", seed).hasSize(3);
        for (Racer racer : racers) {
            if (!racer.isServed()) {
                ApiError error = racer.played.caller.error();
                assertThat(error.code()).isEqualTo(refusal);
                assertThat(error.headers()).containsEntry("retry-after", "1").doesNotContainKey("x-should-retry");
                assertThat(error.message()).contains("are held by running calls");
            }
        }
        on(() -> {
            racers.forEach(racer -> racer.call.stop(UpstreamErrors.unavailable()));
            return true;
        });
        Await.until(
                "the end of all",
                () -> on(() -> racers.stream().allMatch(racer -> {
                    racer.told.addAll(racer.played.told());
                    return racer.told.stream().anyMatch(line -> line.startsWith("failed"));
                })));
    }

    private Racer start(int number, String prefix) {
        int at = number % nodes.size();
        CallsFixture node = nodes.get(at);
        Racer racer = new Racer();
        Accounting accounting = new Accounting(
                node.writer, node.signatures, node::now, new ExcessReports(), node.freeEnds(), Runnable::run);
        racer.call = racer.played.callOver(
                new StoredBooks(accounting, loop, Keeper.NONE),
                countings.get(at),
                Sold.of(
                        "acc_1",
                        "key_1",
                        prefix,
                        Sold.ask("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"),
                        new Translation(LONG, 200, racer.played.upstream, 0)),
                "t" + number,
                loop);
        racer.call.begin();
        return racer;
    }

    /** Lets one of the counts return that are under way. @return whether all racers are decided */
    private boolean drive(Random random) {
        List<Racer> counting = new ArrayList<>();
        for (Racer racer : racers) {
            racer.told.addAll(racer.played.told());
            if (racer.told.contains("count") && !racer.counted) {
                counting.add(racer);
            }
        }
        assertThat(counting).hasSizeLessThanOrEqualTo(4 * nodes.size());
        if (!counting.isEmpty()) {
            Racer next = counting.get(random.nextInt(counting.size()));
            next.counted = true;
            next.played.upstream.counts(160L);
        }
        return racers.stream().allMatch(Racer::isDecided);
    }
}
