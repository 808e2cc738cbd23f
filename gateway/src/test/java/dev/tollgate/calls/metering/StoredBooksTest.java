package dev.tollgate.calls.metering;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Shortage;
import dev.tollgate.base.error.Shortage.OfLimit.Owner;
import dev.tollgate.base.error.Shortage.OfLimit.Spender;
import dev.tollgate.base.error.Shortage.OfLimit.Window;
import dev.tollgate.base.log.Event;
import dev.tollgate.books.allowances.FreeAnswers;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallDetails.CallError;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.calls.TaskStatus;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.LedgerChange.TakeAccount;
import dev.tollgate.books.ledger.Origin;
import dev.tollgate.books.ledger.RequestId;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.Resolution.Release;
import dev.tollgate.books.ledger.SetBlocked;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.books.tasks.Task;
import dev.tollgate.calls.lines.CallTerms;
import dev.tollgate.calls.lines.RunningLines;
import dev.tollgate.calls.metering.Books.Trace;
import dev.tollgate.keys.KeyChange;
import dev.tollgate.keys.KeyEdit;
import dev.tollgate.keys.KeyEdit.KeyCondition;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.models.Usage;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.UnknownOutcome;
import dev.tollgate.testing.Await;
import dev.tollgate.testing.CallsFixture;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The fate of a call's hold in the books of a real store, and the outcomes that the call receives. It wants 8,292 of 10,000 micro-credits. */
@Timeout(240)
class StoredBooksTest {

    private static final Bounds BOUNDS = Sold.bounds(false, 1, null);
    private static final Executor NOW = Runnable::run;
    private static final String CANNOT_RECORD = "The service cannot record the call right now. Please try again.";
    private static final String GIVEN_BACK = "The call was ended and its credits were given back. Please try again.";

    @TempDir
    Path folder;

    private CallsFixture store;
    private MeteredCall request;
    private Asked keeper;
    private StoredBooks books;

    @BeforeEach
    void open() {
        store = new CallsFixture(CallsFixture.tampered(folder));
        store.account("acc_1", 10_000);
        store.key("key_key", "acc_1", KeySettings.named("test"));
        request = request("acc_1", "key_key");
        store.price(request.model().pricing());
        keeper = new Asked();
        books = books(keeper);
    }

    private StoredBooks books(Keeper keeper) {
        return new StoredBooks(
                new Accounting(store.writer, store.signatures, store::now, new ExcessReports(), store.freeEnds(), NOW),
                NOW,
                keeper);
    }

    @Test
    @Timeout(30)
    void a_count_of_free_ends_that_fails_ends_the_call() {
        FreeEnds broken = store.freeEnds(() -> {
            throw new IllegalStateException("no time");
        });
        StoredBooks its = new StoredBooks(
                new Accounting(store.writer, store.signatures, store::now, new ExcessReports(), broken, NOW),
                NOW,
                keeper);
        broken.meets(request.door(), request.model().id());
        CompletableFuture<ApiError> told = new CompletableFuture<>();
        assertThat(its.mayEndFree(request, told::complete)).isTrue();
        assertThat(told.join().status()).isEqualTo(503);
    }

    @Test
    @Timeout(30)
    void a_count_that_fails_leaves_twenty_free_answers() {
        FreeEnds broken = store.freeEnds(() -> {
            throw new IllegalStateException("no time");
        });
        CallDetails blocked = TaskDetails.released("m", ApiError.of(ErrorCode.UPSTREAM_ERROR, "Blocked."), Trace.NONE);
        for (int i = 1; i <= FreeAnswers.DAY + 1; i++) {
            books = new StoredBooks(
                    new Accounting(store.writer, store.signatures, store::now, new ExcessReports(), broken, NOW),
                    NOW,
                    keeper);
            reserve("t" + i);
            CompletableFuture<Boolean> told = new CompletableFuture<>();
            books.giveBackIfFree("t" + i, request, blocked, told::complete);
            assertThat(await(told)).as("answer " + i).isEqualTo(i <= FreeAnswers.DAY);
        }
        assertThat(store.balance("acc_1").reservedMicros()).isEqualTo(8_292);
    }

    @AfterEach
    void close() {
        store.close();
    }

    /** A keeper whose claim is won or not, and that keeps nothing. */
    private static final class Asked implements Keeper {
        boolean won = true;
        boolean claims;
        boolean toldLost;

        @Nullable
        ApiError cannotKeep;

        boolean breaks;

        /** Asked within each try of a charge. */
        @Nullable
        BooleanSupplier withinTry;

        @Override
        public List<Change> claim(Reserve reserve) {
            return claims ? List.of(KeyEdit.disable("key_nobody", true)) : List.of();
        }

        @Override
        public boolean won() {
            return won;
        }

        @Override
        public void lost() {
            toldLost = true;
        }

        @Override
        public void keep(String accountId, Settle settle, Consumer<List<Change>> then, Consumer<ApiError> failed) {
            if (cannotKeep != null) {
                failed.accept(cannotKeep);
            } else {
                then.accept(breaks ? List.of(new Change() {}) : beside(accountId));
            }
        }

        private List<Change> beside(String accountId) {
            return withinTry == null
                    ? List.of()
                    : List.of(Grant.onCondition(
                            accountId, 1, "none", Origin.GIFT, withinTry, RequestId.ofOperator("none"), Instant.EPOCH));
        }

        @Override
        public List<Change> free(Release release) {
            return List.of();
        }

        @Override
        public boolean callerHoldsBack() {
            return false;
        }
    }

    private static <T> T await(CompletableFuture<T> told) {
        return told.orTimeout(30, TimeUnit.SECONDS).join();
    }

    private Books.Reservation reserve(String taskId) {
        CompletableFuture<Books.Reservation> told = new CompletableFuture<>();
        books.reserve(taskId, request, BOUNDS, true, told::complete, lost -> {});
        return await(told);
    }

    private Books.Extension extend(long least, long wanted) {
        CompletableFuture<Books.Extension> told = new CompletableFuture<>();
        books.extend("t1", request, least, wanted, told::complete);
        return await(told);
    }

    private Books.Extension extendForUsed(long wanted) {
        CompletableFuture<Books.Extension> told = new CompletableFuture<>();
        books.extendForUsed("t1", request, wanted, told::complete);
        return await(told);
    }

    private @Nullable ApiError confirm() {
        CompletableFuture<@Nullable ApiError> told = new CompletableFuture<>();
        books.confirm("t1", told::complete);
        return await(told);
    }

    private Books.Settled settle(Books.Settlement settlement) {
        CompletableFuture<Books.Settled> told = new CompletableFuture<>();
        books.settle(settlement, told::complete);
        return await(told);
    }

    private Books.Settlement settlement(
            String id,
            long due,
            long held,
            Books.End end,
            Set<UsageFlag> flags,
            ExcessReports.@Nullable Excess excess) {
        Usage usage = Usage.of(100, (due - 100) / 2, 0);
        return new Books.Settlement(
                id,
                request,
                "m",
                new Books.Bill(usage, due, due, held, end),
                request.model().printed(usage),
                flags,
                excess,
                BOUNDS.usageLimits(),
                null,
                end,
                List.of(),
                settle -> List.of(),
                ServiceTier.STANDARD,
                "far",
                "up",
                Trace.NONE,
                0);
    }

    private Books.Settlement settlement(long due, long held) {
        return settlement("t1", due, held, Books.End.COMPLETED, Set.of(), null);
    }

    private Task task(String id) {
        return store.tasks.find("acc_1", id).orElseThrow();
    }

    private static String message(Books.Reservation refused) {
        return ((Books.NotHeld) refused).error().message();
    }

    private void behindItsBack(String sql) {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("tollgate.db"));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- the hold ----

    @Test
    void with_unshared_books_a_hold_covers_output_immediately() {
        Books.Held held = (Books.Held) reserve("t1");
        assertThat(held.micros()).isEqualTo(8_292);
        assertThat(held.limit()).isEqualTo("CREDITS_EXHAUSTED");
        assertThat(held.mayLeave().getAsBoolean()).isTrue();
        assertThat(confirm()).isNull();
        assertThat(store.balance("acc_1").reservedMicros()).isEqualTo(8_292);
        assertThat(task("t1").door()).isEqualTo("chat");
        assertThat(task("t1").model()).isEqualTo("m");
        assertThat(task("t1").keyId()).isEqualTo("key_key");
        assertThat(task("t1").createdAt()).isEqualTo(store.now());
    }

    @Test
    void a_hold_that_a_spend_limit_has_shrunk_says_so() {
        store.key("key_limited", "acc_1", KeySettings.named("limited").withSpend(new SpendLimits(null, null, 1_000L)));
        MeteredCall request = withKey("key_limited");
        CompletableFuture<Books.Reservation> told = new CompletableFuture<>();
        books.reserve("t1", request, BOUNDS, true, told::complete, lost -> {});
        Books.Held held = (Books.Held) await(told);
        assertThat(held.micros()).isEqualTo(1_000);
        assertThat(held.limit()).isEqualTo("SPEND_LIMIT");
        assertThat(held.limitedBy()).isEqualTo(full("key_limited", 1_000));
    }

    /** A total limit of a key that a running call holds in full. */
    private static Shortage.OfLimit full(String keyId, long micros) {
        Spender key = new Spender(Owner.KEY, keyId, "");
        return new Shortage.OfLimit(key, Window.TOTAL, null, micros, 0, micros, 0, 1, null);
    }

    private MeteredCall withKey(String keyId) {
        return request("acc_1", keyId);
    }

    private MeteredCall request(String accountId, String keyId) {
        MeteredCall sold = Sold.request(false);
        return Sold.of(accountId, keyId, store.prefix(keyId), sold.ask(), sold.translation());
    }

    // ---- the hold of a line ----

    private final RunningLines lines = new RunningLines();
    private Bounds ofLines = Sold.bounds(false, 1, 4_096L);

    /** Reserves for a line that starts after those that run. */
    private Books.Reservation reserveLine(String taskId, MeteredCall call) {
        Accounting accounting =
                new Accounting(store.writer, store.signatures, store::now, new ExcessReports(), store.freeEnds(), NOW);
        CompletableFuture<Books.Reservation> told = new CompletableFuture<>();
        new StoredBooks(accounting, NOW, keeper, lines.enter(call.accountId()))
                .reserve(taskId, call, ofLines, true, told::complete, lost -> {});
        return await(told);
    }

    private static ApiError error(Books.Reservation refused) {
        return ((Books.NotHeld) refused).error();
    }

    private static long held(Books.Reservation reserved) {
        return ((Books.Held) reserved).micros();
    }

    private static long heldByOthers(ApiError refused) {
        return Objects.requireNonNull(refused.shortage()).heldMicros();
    }

    @Test
    void a_line_holds_its_most_or_nothing() {
        store.account("acc_less", 8_291);
        MeteredCall less = request("acc_less", "key_key");
        ApiError refused = error(reserveLine("t1", less));
        assertThat(refused.code()).isEqualTo(ErrorCode.INSUFFICIENT_CREDITS);
        assertThat(heldByOthers(refused)).isZero();
        CompletableFuture<Books.Reservation> told = new CompletableFuture<>();
        books.reserve("t2", less, BOUNDS, true, told::complete, lost -> {});
        assertThat(held(await(told))).isEqualTo(8_291);
        assertThat(held(reserveLine("t3", request))).isEqualTo(8_292);
    }

    @Test
    @SuppressWarnings("NullAway") // nothing is asked
    void a_line_without_a_maximum_holds_the_models() {
        ofLines = BOUNDS;
        store.account("acc_2", 100_000);
        MeteredCall call = request("acc_2", "key_key");
        long held = held(reserveLine("t1", call));
        assertThat(held).isEqualTo(100 + 2 * Sold.OUTPUT_TOKENS_MAX);
        Coverage coverage = new Coverage(BOUNDS, held);
        assertThat(coverage.covers(Sold.OUTPUT_TOKENS_MAX)).isTrue();
        assertThat(coverage.runsShort(Sold.OUTPUT_TOKENS_MAX))
                .as("it asks for more")
                .isFalse();
        MeteredCall bounded = call.with(new Translation(BOUNDS, 400, null, 0));
        assertThat(PriceEstimate.of(bounded, Optional.empty()).mostMicros()).isEqualTo(held);
    }

    @Test
    void beside_another_line_as_much_stays_free() {
        store.account("acc_2", 4 * 8_292 - 1);
        MeteredCall call = request("acc_2", "key_key");
        assertThat(held(reserveLine("t1", call))).isEqualTo(8_292);
        assertThat(held(reserveLine("t2", call))).isEqualTo(8_292);
        ApiError waits = error(reserveLine("t3", call));
        assertThat(heldByOthers(waits)).isEqualTo(2 * 8_292);
        assertThat(waits.message())
                .isEqualTo(
                        "While other lines of the account run, the credits and limits that are left must cover the line's most twice: 2 × 0.008292 credits.");
        CompletableFuture<Books.Reservation> told = new CompletableFuture<>();
        books.reserve("t4", call, BOUNDS, true, told::complete, lost -> {});
        assertThat(held(await(told))).as("a call whose caller waits").isEqualTo(8_292);
    }

    @Test
    void one_line_at_a_time_runs_on_credits_for_one() {
        RunningLines.Place first = lines.enter("acc_1");
        assertThat(heldByOthers(error(reserveLine("t1", request)))).isPositive();
        first.leave();
        assertThat(error(reserveLine("t2", request)).code()).isEqualTo(ErrorCode.INSUFFICIENT_CREDITS);
    }

    @Test
    void beside_another_line_as_much_stays_free_in_each_window() {
        store.account("acc_2", 1_000_000);
        store.key("key_tight", "acc_2", KeySettings.named("tight").withSpend(new SpendLimits(null, null, 24_875L)));
        MeteredCall call = request("acc_2", "key_tight");
        assertThat(reserveLine("t1", call)).isInstanceOf(Books.Held.class);
        assertThat(heldByOthers(error(reserveLine("t2", call)))).isEqualTo(8_292);
        CompletableFuture<Books.Reservation> told = new CompletableFuture<>();
        books.reserve("t3", call, BOUNDS, true, told::complete, lost -> {});
        assertThat(held(await(told))).isEqualTo(8_292);
        assertThat(error(reserveLine("t4", call)).code()).isEqualTo(ErrorCode.SPEND_LIMIT_EXCEEDED);
    }

    @Test
    void the_signatures_of_a_line_are_not_stored() {
        signed("t1", new CallTerms.OfLine(false));
        assertThat(store.number("SELECT COUNT(*) FROM thought_signature")).isZero();
        signed("t2", CallTerms.OF_ANSWER);
        assertThat(store.number("SELECT COUNT(*) FROM thought_signature")).isOne();
    }

    private void signed(String taskId, CallTerms terms) {
        reserve(taskId);
        Books.Settlement plain = settlement(200, 8_292);
        Books.Settled settled = settle(new Books.Settlement(
                taskId,
                Sold.on(terms, List.of(), request),
                plain.answerModel(),
                plain.bill(),
                plain.printed(),
                plain.flags(),
                plain.excess(),
                plain.limits(),
                plain.tokensMaxApplied(),
                plain.end(),
                List.of(new SignedPart.Text("Hello.", "SIGNATURE")),
                plain.kept(),
                plain.tier(),
                plain.channel(),
                plain.upstreamModel(),
                plain.trace(),
                0));
        assertThat(settled).isInstanceOf(Books.Charged.class);
    }

    @Test
    void a_refusal_tells_whether_a_smaller_bound_may_help() {
        reserve("t1");
        reserve("t2");
        Books.NotHeld poor = (Books.NotHeld) reserve("t3");
        assertThat(poor.error().code()).isEqualTo(ErrorCode.INSUFFICIENT_CREDITS);
        assertThat(poor.worthCounting()).isFalse();
        store.account("acc_little", 611);
        CompletableFuture<Books.Reservation> told = new CompletableFuture<>();
        books.reserve("t4", request("acc_little", "key_key"), BOUNDS, true, told::complete, lost -> {});
        assertThat(((Books.NotHeld) await(told)).worthCounting()).isTrue();
    }

    @Test
    void counting_helps_a_limit_with_a_rest_but_not_an_exhausted_one() {
        store.key("key_small", "acc_1", KeySettings.named("small").withSpend(new SpendLimits(null, null, 611L)));
        store.key("key_none", "acc_1", KeySettings.named("none").withSpend(new SpendLimits(null, null, 0L)));
        for (String key : List.of("key_small", "key_none")) {
            CompletableFuture<Books.Reservation> told = new CompletableFuture<>();
            books.reserve("t_" + key, withKey(key), BOUNDS, true, told::complete, lost -> {});
            Books.NotHeld refused = (Books.NotHeld) await(told);
            assertThat(refused.error().code()).isEqualTo(ErrorCode.SPEND_LIMIT_EXCEEDED);
            assertThat(refused.worthCounting()).isEqualTo(key.equals("key_small"));
        }
    }

    @Test
    void what_is_held_counts_against_what_a_limit_leaves() {
        store.key("key_small", "acc_1", KeySettings.named("small").withSpend(new SpendLimits(null, null, 700L)));
        CompletableFuture<Books.Reservation> first = new CompletableFuture<>();
        books.reserve("t1", withKey("key_small"), BOUNDS, true, first::complete, lost -> {});
        assertThat(((Books.Held) await(first)).micros()).isEqualTo(700);
        CompletableFuture<Books.Reservation> second = new CompletableFuture<>();
        books.reserve("t2", withKey("key_small"), BOUNDS, true, second::complete, lost -> {});
        assertThat(((Books.NotHeld) await(second)).worthCounting()).isFalse();
    }

    @Test
    void a_key_that_may_not_be_used_any_more_is_refused_by_its_name() {
        store.commit(KeyEdit.disable("key_key", true));
        assertThat(message(reserve("t1"))).isEqualTo("The API key is disabled.");
        store.commit(KeyEdit.disable("key_key", false));
        store.commit(new SetBlocked("acc_1", true));
        assertThat(message(reserve("t2"))).isEqualTo("The account of this API key is blocked.");
        store.commit(new SetBlocked("acc_1", false));
        CompletableFuture<Books.Reservation> told = new CompletableFuture<>();
        books.reserve("t3", withKey("key_nobody"), BOUNDS, true, told::complete, lost -> {});
        assertThat(message(await(told))).isEqualTo("The API key does not exist.");
        store.key(
                "key_old",
                "acc_1",
                KeySettings.named("old").withExpiresAt(store.now().plusSeconds(1)));
        store.advance(Duration.ofSeconds(1));
        CompletableFuture<Books.Reservation> expired = new CompletableFuture<>();
        books.reserve("t4", withKey("key_old"), BOUNDS, true, expired::complete, lost -> {});
        assertThat(message(await(expired))).isEqualTo("The API key has expired.");
    }

    @Test
    void a_won_claim_gets_a_hold_and_a_lost_one_does_not() {
        keeper.claims = true;
        Books.Held held = (Books.Held) reserve("t1");
        assertThat(held.micros()).isEqualTo(8_292);
        assertThat(held.mayLeave().getAsBoolean()).as("it is committed").isTrue();
        assertThat(keeper.toldLost).isFalse();
        keeper.won = false;
        assertThat(reserve("t2")).isEqualTo(new Books.Lost());
        assertThat(keeper.toldLost).isTrue();
        assertThat(store.balance("acc_1").reservedMicros()).isEqualTo(8_292);
    }

    @Test
    void a_call_that_the_store_does_not_take_is_refused_with_nothing_held() {
        store.writer.close();
        Books.NotHeld refused = (Books.NotHeld) reserve("t1");
        assertThat(refused.error().message()).isEqualTo(CANNOT_RECORD);
        assertThat(refused.error().status()).isEqualTo(503);
        assertThat(refused.error().headers()).containsEntry("retry-after", "1");
        assertThat(refused.worthCounting()).isFalse();
        assertThat(Objects.requireNonNull(confirm()).message()).isEqualTo(CANNOT_RECORD);
    }

    @Test
    void a_granted_hold_that_cannot_be_written_is_reported_as_lost() {
        behindItsBack(
                "CREATE TRIGGER broken BEFORE INSERT ON open_hold BEGIN SELECT RAISE(ABORT, 'disk on fire'); END");
        CompletableFuture<Books.Reservation> told = new CompletableFuture<>();
        CompletableFuture<ApiError> lost = new CompletableFuture<>();
        books.reserve("t1", request, BOUNDS, true, told::complete, lost::complete);
        assertThat(await(told)).isInstanceOf(Books.Held.class);
        assertThat(await(lost).message()).isEqualTo(CANNOT_RECORD);
    }

    @Test
    void a_hold_that_is_nobodys_any_more_is_not_confirmed() {
        reserve("t1");
        CompletableFuture<Boolean> back = new CompletableFuture<>();
        books.giveBack("t1", Ended.released(CallEnd.CANCELLED, CallDetails.Course.NONE), () -> back.complete(true));
        await(back);
        assertThat(Objects.requireNonNull(confirm()).message()).isEqualTo(GIVEN_BACK);
        assertThat(task("t1").status()).isEqualTo(TaskStatus.CANCELLED);
        assertThat(store.balance("acc_1").reservedMicros()).isZero();
    }

    // ---- its growth ----

    @Test
    void a_hold_grows_by_what_is_there_of_what_is_wanted() {
        reserve("t1");
        assertThat(extend(2, 700)).isEqualTo(new Books.Grown(8_992));
        assertThat(extend(2, 8_000)).isEqualTo(new Books.Grown(10_000));
        assertThat(extend(2, 8_000)).isEqualTo(new Books.NotGrown("CREDITS_EXHAUSTED"));
        assertThat(extendForUsed(1)).isEqualTo(new Books.NotGrown("CREDITS_EXHAUSTED"));
    }

    @Test
    void a_hold_does_not_grow_past_the_limit_of_its_key_as_it_is_now() {
        store.key("key_limited", "acc_1", KeySettings.named("limited").withSpend(new SpendLimits(null, null, 700L)));
        CompletableFuture<Books.Reservation> reserved = new CompletableFuture<>();
        books.reserve("t1", withKey("key_limited"), BOUNDS, true, reserved::complete, lost -> {});
        await(reserved);
        CompletableFuture<Books.Extension> told = new CompletableFuture<>();
        books.extend("t1", withKey("key_limited"), 1, 10, told::complete);
        assertThat(await(told)).isEqualTo(new Books.NotGrown("SPEND_LIMIT", full("key_limited", 700)));
        CompletableFuture<Books.Extension> used = new CompletableFuture<>();
        books.extendForUsed("t1", withKey("key_limited"), 10, used::complete);
        assertThat(await(used)).isEqualTo(new Books.NotGrown("SPEND_LIMIT", full("key_limited", 700)));
    }

    private void move(String from, String to) {
        store.commit(new TakeAccount("acc_1"), KeyChange.move(KeyCondition.NONE, from, to, "", "per_1", store.now()));
    }

    /** As on another server, which has read the key just before. */
    @Test
    void a_call_let_in_before_two_moves_is_held_under_the_newest_id() {
        move("key_key", "key_next");
        move("key_next", "key_newest");

        assertThat(reserve("t1")).isInstanceOf(Books.Held.class);
        assertThat(extend(1, 10)).isEqualTo(new Books.Grown(8_302));
        assertThat(store.number("SELECT COUNT(*) FROM open_hold WHERE key_id = 'key_newest'"))
                .isEqualTo(1);
        store.commit(KeyEdit.disable("key_newest", true));
        assertThat(extend(1, 10)).isEqualTo(new Books.NotGrown("KEY_DISABLED"));
    }

    @Test
    void a_running_call_of_a_moved_key_grows_for_its_old_id() {
        reserve("t1");
        move("key_key", "key_next");

        assertThat(extend(1, 10)).isEqualTo(new Books.Grown(8_302));
        assertThat(store.number("SELECT COUNT(*) FROM open_hold WHERE key_id = 'key_key'"))
                .isEqualTo(1);
    }

    @Test
    void a_disabled_keys_hold_grows_only_for_past_usage() {
        reserve("t1");
        store.commit(KeyEdit.disable("key_key", true));
        assertThat(extend(1, 10)).isEqualTo(new Books.NotGrown("KEY_DISABLED"));
        assertThat(extendForUsed(10)).isEqualTo(new Books.Grown(8_302));
    }

    @Test
    void a_resolved_hold_does_not_grow_and_a_store_failure_is_unknown() {
        reserve("t1");
        assertThat(settle(settlement(200, 8_292))).isInstanceOf(Books.Charged.class);
        assertThat(extend(1, 10)).isEqualTo(new Books.NotGrown("CREDITS_EXHAUSTED"));
        store.writer.close();
        assertThat(extend(1, 10)).isInstanceOfSatisfying(Books.NotRecorded.class, unknown -> assertThat(
                        unknown.error().message())
                .isEqualTo(CANNOT_RECORD));
    }

    // ---- the charge ----

    @Test
    void a_charge_comes_with_its_task_and_its_receipt_and_the_rest_goes_back() {
        reserve("t1");
        assertThat(settle(settlement(200, 8_292))).isInstanceOf(Books.Charged.class);
        assertThat(store.balance("acc_1").balanceMicros()).isEqualTo(9_800);
        assertThat(store.balance("acc_1").reservedMicros()).isZero();
        assertThat(task("t1").status()).isEqualTo(TaskStatus.COMPLETED);
        assertThat(task("t1").chargeMicros()).isEqualTo(200);
        assertThat(task("t1").pricingJson())
                .asString()
                .contains("\"completion_tokens\":50", "\"charged\":0.0002")
                .doesNotContain("hold_charged");
        assertThat(store.number("SELECT receipts FROM call WHERE id = 't1' AND account_id = 'acc_1'"))
                .isOne();
    }

    @Test
    void a_charge_that_was_made_or_given_back_before_is_not_made() {
        reserve("t1");
        settle(settlement(200, 8_292));
        assertThat(settle(settlement(200, 8_292))).isInstanceOfSatisfying(Books.NotCharged.class, not -> assertThat(
                        not.error().message())
                .isEqualTo(GIVEN_BACK));
        assertThat(store.balance("acc_1").balanceMicros()).isEqualTo(9_800);
    }

    @Test
    void an_answer_that_cannot_be_kept_is_not_charged_and_its_hold_goes_back() {
        reserve("t1");
        keeper.cannotKeep = ApiError.of(ErrorCode.INTERNAL_ERROR, "cannot keep");
        assertThat(settle(settlement(200, 8_292))).isEqualTo(new Books.NotCharged(keeper.cannotKeep));
        assertGoesBack("cannot keep");
    }

    private void assertGoesBack(String why) {
        Await.until("the hold", () -> store.tasks
                .find("acc_1", "t1")
                .filter(task -> task.completedAt() != null)
                .isPresent());
        assertThat(store.balance("acc_1").reservedMicros()).isZero();
        assertThat(store.balance("acc_1").balanceMicros()).isEqualTo(10_000);
        assertThat(task("t1").status()).isEqualTo(TaskStatus.FAILED);
        assertThat(Objects.requireNonNull(task("t1").ended()).details().error())
                .extracting(CallError::message)
                .isEqualTo(why);
    }

    @Test
    void a_fault_before_a_charge_is_offered_gives_its_hold_back() {
        reserve("t1");
        keeper.breaks = true;
        assertThat(settle(settlement(200, 8_292))).isInstanceOfSatisfying(Books.NotCharged.class, not -> assertThat(
                        not.error().message())
                .isEqualTo(GIVEN_BACK));
        assertGoesBack(GIVEN_BACK);
    }

    @Test
    void a_charge_that_the_store_refuses_for_good_gives_its_hold_back() {
        reserve("t1");
        confirm();
        behindItsBack("CREATE TRIGGER broken BEFORE INSERT ON call WHEN NEW.charged_micros > 0"
                + " BEGIN SELECT RAISE(ABORT, 'disk on fire'); END");
        assertThat(settle(settlement(200, 8_292))).isInstanceOfSatisfying(Books.NotCharged.class, not -> assertThat(
                        not.error().message())
                .isEqualTo(CANNOT_RECORD));
        assertGoesBack(CANNOT_RECORD);
    }

    // ---- a charge with an unknown outcome ----

    private final Queue<Runnable> pauses = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean unknown = new AtomicBoolean(true);
    private final CompletableFuture<Books.Settled> settled = new CompletableFuture<>();

    /** Offers a charge of 200 whose first try has an unknown outcome. */
    private void settleUnknown() {
        reserve("t1");
        confirm();
        keeper.withinTry = () -> {
            if (unknown.get()) {
                throw UnknownOutcome.made();
            }
            return false;
        };
        new StoredBooks(
                        new Accounting(
                                store.writer,
                                store.signatures,
                                store::now,
                                new ExcessReports(),
                                store.freeEnds(),
                                pauses::add),
                        NOW,
                        keeper)
                .settle(settlement(200, 8_292), settled::complete);
        Await.until("the first try", () -> pauses.size() == 1);
    }

    private void tryAgain() {
        pauses.remove().run();
    }

    @Test
    void a_charge_with_unknown_outcome_is_retried_and_nothing_is_released() {
        settleUnknown();
        tryAgain();
        Await.until("the second try", () -> pauses.size() == 1);
        assertThat(settled).isNotDone();
        assertThat(store.balance("acc_1").reservedMicros()).isEqualTo(8_292);
        unknown.set(false);
        tryAgain();
        assertThat(await(settled)).isInstanceOf(Books.Charged.class);
        assertThat(store.balance("acc_1").balanceMicros()).isEqualTo(9_800);
        assertThat(task("t1").status()).isEqualTo(TaskStatus.COMPLETED);
        assertThat(pauses).isEmpty();
    }

    @Test
    void a_charge_that_an_earlier_try_has_made_is_not_made_again() {
        settleUnknown();
        store.settle("t1", 200);
        unknown.set(false);
        tryAgain();
        assertThat(await(settled)).isInstanceOf(Books.Charged.class);
        assertThat(store.balance("acc_1").balanceMicros()).isEqualTo(9_800);
    }

    @Test
    void a_charge_fails_if_its_hold_was_released_before() {
        settleUnknown();
        store.decide(Ended.expire("t1", store.now()));
        unknown.set(false);
        tryAgain();
        assertThat(await(settled)).isInstanceOfSatisfying(Books.NotCharged.class, not -> assertThat(
                        not.error().message())
                .isEqualTo(GIVEN_BACK));
        assertThat(store.balance("acc_1").balanceMicros()).isEqualTo(10_000);
    }

    @Test
    void a_charge_is_tried_sixty_times_more_and_then_its_hold_goes_back() {
        settleUnknown();
        for (int tries = 1; tries < 60; tries++) {
            tryAgain();
            Await.until("the next try", () -> pauses.size() == 1);
        }
        assertThat(settled).isNotDone();
        tryAgain();
        assertThat(await(settled)).isInstanceOfSatisfying(Books.NotCharged.class, not -> assertThat(
                        not.error().message())
                .isEqualTo(CANNOT_RECORD));
        assertThat(pauses).isEmpty();
        assertGoesBack(CANNOT_RECORD);
    }

    // ---- log lines for the operator ----

    @Test
    void each_shortfall_is_logged_and_the_third_of_a_day_twice() {
        try (LogCapture log = new LogCapture()) {
            for (int i = 1; i <= 3; i++) {
                String id = "t" + i;
                store.commit(store.reserveChange(id, "acc_1", 200, 200));
                assertThat(settle(settlement(id, 208, 200, Books.End.COMPLETED, Set.of(), null)))
                        .isInstanceOf(Books.Charged.class);
                assertThat(log.text())
                        .contains("task " + id + ": usage exceeded hold and balance by 8 micro-credits (shortfall)");
                assertThat(log.text().contains("account acc_1: 3 shortfalls today; until tomorrow its calls"))
                        .isEqualTo(i == 3);
                assertThat(task(id).usageFlags()).containsExactly("shortfall");
            }
            assertThat(log.about(Event.SHORTFALL))
                    .filteredOn(about -> about.taskId() != null)
                    .hasSize(3)
                    .allSatisfy(about -> assertThat(about.channel()).isNotEmpty());
        }
    }

    @Test
    void a_normal_charge_is_not_logged() {
        reserve("t1");
        try (LogCapture log = new LogCapture()) {
            settle(settlement(200, 8_292));
            assertThat(log.text()).doesNotContain("task t1", "account acc_1", "shortfalls");
        }
    }

    @Test
    void odd_and_excessive_usage_is_logged_once_with_the_channel() {
        reserve("t1");
        try (LogCapture log = new LogCapture()) {
            settle(settlement(
                    "t1",
                    200,
                    8_292,
                    Books.End.COMPLETED,
                    EnumSet.of(UsageFlag.ESTIMATED, UsageFlag.CLAMPED),
                    new ExcessReports.Excess(5_000, 7)));
            assertThat(log.text())
                    .contains(
                            "task t1: usage reported by channel far was corrected before the charge: estimated, clamped",
                            "task t1: channel far reported 5000 input and 7 output tokens, above the limits of 300 and 20000");
        }
        assertThat(task("t1").usageFlags()).containsExactly("estimated", "clamped");
    }

    @Test
    void whose_doing_a_full_sink_is_the_keeper_knows() {
        assertThat(books.callerHoldsBack()).isFalse();
        assertThat(books(Keeper.NONE).callerHoldsBack()).isTrue();
    }
}
