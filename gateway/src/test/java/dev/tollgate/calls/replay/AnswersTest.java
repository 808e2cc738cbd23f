package dev.tollgate.calls.replay;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.ledger.ReleaseAbandoned;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.Resolution.Release;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.calls.replay.Answers.AnswerName;
import dev.tollgate.calls.replay.Answers.ConfirmClaim;
import dev.tollgate.calls.replay.Answers.ForgetOld;
import dev.tollgate.calls.replay.Answers.FreeAbandoned;
import dev.tollgate.calls.replay.Answers.FreeClaim;
import dev.tollgate.calls.replay.Answers.KnownAnswer;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallsFixture;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Claims and what becomes of them, over the real databases. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class AnswersTest {

    @Parameter
    Stores stores;

    private static final String HASH = "ab".repeat(32);
    private static final byte[] COPY = {0, 1, -1, 127};

    @TempDir
    Path folder;

    CallsFixture store;
    Answers answers;

    @BeforeEach
    void open() {
        store = stores.open(folder, CallsFixture::new);
        answers = store.answers;
        store.account("acc_1", 1_000_000);
        store.account("acc_2", 1_000_000);
    }

    @AfterEach
    void close() {
        store.close();
    }

    // ---- claims ----

    @Test
    void a_claim_is_there_with_its_reservation() {
        assertThat(claim("t1", "k", 100).won()).isTrue();
        assertThat(answers.find(name("k"))).contains(new KnownAnswer("body", "t1", KnownAnswer.State.RUNNING, 0, null));
        assertThat(answers.isKnown("t1")).isTrue();
    }

    @Test
    void the_loser_of_a_claim_reserves_nothing() {
        claim("t1", "k", 100);
        assertThat(claim("t2", "k", 100).won()).isFalse();
        assertThat(store.number("SELECT COUNT(*) FROM open_hold")).isEqualTo(1);
        assertThat(answers.find(name("k")).orElseThrow().taskId()).isEqualTo("t1");
    }

    @Test
    void of_many_claims_at_once_one_wins() {
        List<ClaimKey> claims = new ArrayList<>();
        List<CompletableFuture<Unit>> committed = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Reserve reserve = reserve("t" + i, "acc_1", 100, claims);
            committed.add(store.writer.commit(unit(claims.getLast(), reserve)));
        }
        committed.forEach(CompletableFuture::join);
        assertThat(claims.stream().filter(ClaimKey::won)).hasSize(1);
        assertThat(store.number("SELECT COUNT(*) FROM open_hold")).isEqualTo(1);
    }

    @Test
    void a_refused_reservation_leaves_no_claim() {
        ClaimKey claim = claim("t1", "k", 2_000_000);
        assertThat(claim.won()).isTrue();
        assertThat(answers.find(name("k"))).isEmpty();
        assertThat(claim("t2", "k", 100).won()).isTrue();
    }

    @Test
    void a_refund_frees_the_key() {
        claim("t1", "k", 100);
        Release release = Ended.release("t1", store.now());
        store.commit(release, new FreeClaim(release));
        assertThat(answers.find(name("k"))).isEmpty();
    }

    @Test
    void a_refund_that_comes_too_late_frees_nothing() {
        settle("t1", "k", 10);
        Release release = Ended.release("t1", store.now());
        store.commit(release, new FreeClaim(release));
        assertThat(answers.find(name("k")).orElseThrow().state()).isEqualTo(KnownAnswer.State.KEPT);
    }

    @Test
    void a_settlement_that_comes_too_late_keeps_nothing() {
        claim("t1", "k", 100);
        Release release = Ended.release("t1", store.now());
        store.commit(release, new FreeClaim(release));
        Settle settle = Ended.settle("t1", 50, store.now());
        store.commit(settle, KeepAnswer.kept(settle, "acc_1", 10, HASH, null));
        assertThat(answers.find(name("k"))).isEmpty();
        assertThat(share("acc_1")).isZero();
    }

    @Test
    void a_crash_frees_the_keys_of_calls_that_ran_and_no_others() {
        claim("t1", "running", 100);
        settle("t2", "settled", 10);
        ReleaseAbandoned expired = new ReleaseAbandoned(store.now());
        store.commit(expired, new FreeAbandoned(expired));
        assertThat(answers.find(name("running"))).isEmpty();
        assertThat(answers.find(name("settled"))).isPresent();
    }

    // ---- what is kept ----

    @Test
    void a_settlement_refers_to_the_answer() {
        settle("t1", "k", 123);
        assertThat(answers.find(name("k"))).contains(new KnownAnswer("body", "t1", KnownAnswer.State.KEPT, 123, HASH));
        assertThat(share("acc_1")).isEqualTo(123);
    }

    @Test
    void an_answer_that_is_too_large_keeps_its_key_taken() {
        claim("t1", "k", 100);
        Settle settle = Ended.settle("t1", 50, store.now());
        store.commit(settle, KeepAnswer.tooLarge(settle, "acc_1"));
        assertThat(answers.find(name("k")).orElseThrow().state()).isEqualTo(KnownAnswer.State.DROPPED);
        assertThat(answers.isKnown("t1")).isFalse();
    }

    @Test
    void a_full_share_drops_its_own_oldest_answers_first() {
        settle("t1", "k1", 400);
        settle("t2", "k2", 400);
        settle("other", "acc_2", "k", 900);
        assertThat(settle("t3", "k3", 900)).containsExactly("t1", "t2");
        assertThat(answers.find(name("k1")).orElseThrow().state()).isEqualTo(KnownAnswer.State.DROPPED);
        assertThat(answers.find(name("k3")).orElseThrow().state()).isEqualTo(KnownAnswer.State.KEPT);
        assertThat(share("acc_1")).isEqualTo(900);
        assertThat(share("acc_2")).isEqualTo(900);
        assertThat(settle("t4", "k4", 100)).isEmpty();
    }

    @Test
    void a_full_share_is_exactly_full() {
        settle("t1", "k1", 600);
        assertThat(settle("t2", "k2", 400)).isEmpty();
        assertThat(settle("t3", "k3", 1)).containsExactly("t1");
    }

    @Test
    void old_answers_are_forgotten_and_their_share_is_given_back() {
        settle("t1", "k1", 300);
        store.advance(Duration.ofHours(23));
        settle("t2", "k2", 300);
        claim("t3", "k3", 100);
        store.advance(Duration.ofHours(1).plusMillis(1));
        assertThat(store.decide(new ForgetOld(store.now().minus(Expiry.KEPT), 10)))
                .containsExactly("t1");
        assertThat(answers.find(name("k1"))).isEmpty();
        assertThat(answers.find(name("k2"))).isPresent();
        assertThat(share("acc_1")).isEqualTo(300);
    }

    @Test
    void answers_are_forgotten_a_batch_at_a_time_and_running_ones_never() {
        for (int i = 0; i < 5; i++) {
            settle("t" + i, "k" + i, 10);
        }
        claim("running", "running", 100);
        store.advance(Duration.ofDays(30));
        assertThat(store.decide(new ForgetOld(store.now(), 3))).hasSize(3);
        assertThat(store.decide(new ForgetOld(store.now(), 3))).hasSize(2);
        assertThat(answers.find(name("running"))).isPresent();
        assertThat(share("acc_1")).isZero();
    }

    private static AnswerName name(String key) {
        return new AnswerName("key_1", key);
    }

    private ClaimKey claim(String taskId, String key, long micros) {
        return claim(taskId, "acc_1", key, micros);
    }

    private ClaimKey claim(String taskId, String accountId, String key, long micros) {
        List<ClaimKey> claims = new ArrayList<>();
        String keyId = accountId.equals("acc_1") ? "key_1" : "key_2";
        ClaimKey claim = new ClaimKey(new AnswerName(keyId, key), "body", taskId, accountId, store.now());
        claims.add(claim);
        Reserve reserve = reserve(taskId, accountId, micros, claim);
        store.writer.commitAndWait(unit(claim, reserve));
        return claim;
    }

    private Reserve reserve(String taskId, String accountId, long micros, List<ClaimKey> claims) {
        ClaimKey claim = new ClaimKey(name("k"), "body", taskId, accountId, store.now());
        claims.add(claim);
        return reserve(taskId, accountId, micros, claim);
    }

    private Reserve reserve(String taskId, String accountId, long micros, ClaimKey claim) {
        return new Reserve(
                new OpenHold(taskId, accountId, claim.name().keyId(), "chat", "m", store.now()),
                micros,
                micros,
                () -> dev.tollgate.books.budgets.SpendLimits.NONE,
                claim::won);
    }

    @Test
    void a_copy_is_found_by_all_nodes_and_goes_with_its_answer() {
        settle("t1", "k1", 600);
        assertThat(answers.copy(name("k1"), "t1")).isEqualTo(COPY);
        settle("t2", "k2", 600);
        assertThat(answers.copy(name("k1"), "t1")).as("dropped for another").isNull();
        assertThat(store.number("SELECT COUNT(*) FROM kept_answer WHERE sealed_copy IS NOT NULL"))
                .isEqualTo(1);
        assertThat(answers.copy(name("k2"), "t2")).isEqualTo(COPY);
        store.commit(new ForgetOld(store.now().plusMillis(1), 10));
        assertThat(answers.copy(name("k2"), "t2")).as("forgotten").isNull();
    }

    @Test
    void a_look_at_many_calls_finds_those_that_run() {
        claim("t1", "k1", 100);
        settle("t2", "k2", 10);
        claim("t3", "k3", 100);
        assertThat(answers.running(Set.of("t1", "t2", "t3", "t4"))).containsExactlyInAnyOrder("t1", "t3");
    }

    @Test
    void a_look_at_as_many_calls_as_may_wait_is_one_query() {
        claim("t1", "k1", 100);
        Set<String> all =
                IntStream.rangeClosed(1, 10_000).mapToObj(i -> "t" + i).collect(Collectors.toSet());
        assertThat(answers.running(all)).containsExactly("t1");
    }

    private static Unit unit(ClaimKey claim, Reserve reserve) {
        return Unit.of(claim, reserve, new ConfirmClaim(claim, reserve));
    }

    private List<String> settle(String taskId, String key, long bytes) {
        return settle(taskId, "acc_1", key, bytes);
    }

    private List<String> settle(String taskId, String accountId, String key, long bytes) {
        claim(taskId, accountId, key, 100);
        store.advance(Duration.ofMillis(1));
        Settle settle = Ended.settle(taskId, 50, store.now());
        KeepAnswer keep = KeepAnswer.kept(settle, accountId, bytes, HASH, COPY);
        store.commit(settle, keep);
        return keep.outcome();
    }

    private long share(String accountId) {
        return store.number("SELECT COALESCE(SUM(bytes), 0) FROM answer_share WHERE account_id = '" + accountId + "'");
    }
}
