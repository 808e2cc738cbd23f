package dev.tollgate.calls.kept;

import static dev.tollgate.testing.Asserts.assertThat;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.memory.MemoryBudget;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.calls.kept.KeptResponses.Chain;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallsFixture;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Responses kept, found and forgotten, over the real databases. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class KeptResponsesTest {

    private static final String MINE = "acc_1";
    private static final String OTHER = "acc_2";
    private static final long ALL = Long.MAX_VALUE;
    private static final KeyOwner OWN = KeyOwner.account("key_1");
    private static final byte[] NOTHING = "{}".getBytes(UTF_8);

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private CallsFixture store;
    private int tasks;

    @BeforeEach
    void open() {
        store = stores.open(folder, CallsFixture::new);
        store.account(MINE, 1_000_000);
        store.account(OTHER, 1_000_000);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private String task(String account) {
        String id = "task_%05d".formatted(++tasks);
        store.reserve(id, account, 10, 10);
        return id;
    }

    private Unit unit(String account, String id, @Nullable String previous, byte[] input, byte[] response) {
        return unit(account, OWN, id, previous, input, response);
    }

    private Unit unit(
            String account, KeyOwner owner, String id, @Nullable String previous, byte[] input, byte[] response) {
        Settle settle = Ended.settle(id, 10, store.now());
        List<Change> changes = new ArrayList<>(List.of(settle));
        KeptEntry entry = store.responses.entry(id, account, owner, previous, KeptInput.of(input), response);
        changes.addAll(Objects.requireNonNull(entry).keeping(settle));
        return Unit.of(changes);
    }

    private String keep(String account, @Nullable String previous, byte[] input, byte[] response) {
        String id = task(account);
        store.writer.commitAndWait(unit(account, id, previous, input, response));
        return id;
    }

    private String keep(@Nullable String previous, String text) {
        return keep(MINE, previous, ("in " + text).getBytes(UTF_8), ("out " + text).getBytes(UTF_8));
    }

    private static byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        new Random(7).nextBytes(noise);
        return noise;
    }

    private @Nullable KeptResponse find(String account, String id) {
        return store.responses.find(account, OWN, id, Lease.FREE);
    }

    private static String input(KeptResponse kept) {
        String member = new String(kept.inputIn("in", Lease.FREE), UTF_8);
        return member.substring("{'in':".length(), member.length() - 1);
    }

    private List<String> found(Chain chain) {
        return chain.links().stream()
                .map(it -> input(it) + "/" + new String(it.response(Lease.FREE), UTF_8))
                .toList();
    }

    private Chain chain(String id) {
        return store.responses.chain(MINE, OWN, id, ALL, Lease.FREE);
    }

    private long rows() {
        return store.number("SELECT COUNT(*) FROM kept_response");
    }

    // ---- kept and found ----

    @Test
    void a_kept_response_is_found_after_a_restart_byte_for_byte() {
        byte[] large = noise(9_000);
        byte[] text = "x".repeat(40_000).getBytes(UTF_8);
        String small = keep(MINE, null, "in".getBytes(UTF_8), large);
        String apart = keep(MINE, null, text, "out".getBytes(UTF_8));
        store = store.reopened();

        KeptResponse first = find(MINE, small);
        KeptResponse second = find(MINE, apart);

        assertThat(input(first)).isEqualTo("in");
        assertThat(first.response(Lease.FREE)).isEqualTo(large);
        assertThat(input(second)).isEqualTo(new String(text, UTF_8));
        assertThat(second.response(Lease.FREE)).isEqualTo("out".getBytes(UTF_8));
    }

    @Test
    void another_account_finds_nothing() {
        String id = keep(null, "mine");

        assertThat(find(OTHER, id)).isNull();
        assertThat(store.responses.chain(OTHER, OWN, id, ALL, Lease.FREE).state())
                .isEqualTo(Chain.State.BROKEN);
        assertThat(store.responses.delete(OTHER, OWN, id)).isFalse();
        assertThat(find(MINE, id)).isNotNull();
    }

    @Test
    void a_response_is_written_with_the_charge_or_not_at_all() {
        String id = task(MINE);
        store.commit(Ended.release(id, store.now()));

        store.writer.commitAndWait(unit(MINE, id, null, noise(10), noise(10)));

        assertThat(find(MINE, id)).isNull();
        assertThat(rows()).isZero();
    }

    @Test
    void many_responses_of_one_batch_are_kept_each() {
        List<CompletableFuture<Unit>> commits = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String account = "acc_" + (1 + i % 2);
            commits.add(store.writer.commit(unit(account, task(account), null, noise(10), ("r" + i).getBytes(UTF_8))));
        }
        commits.forEach(CompletableFuture::join);

        assertThat(rows()).isEqualTo(40);
        assertThat(store.number("SELECT COUNT(DISTINCT place) FROM kept_response WHERE account_id = 'acc_1'"))
                .isEqualTo(20);
        assertThat(store.number("SELECT MAX(place) FROM kept_response WHERE account_id = 'acc_1'"))
                .isEqualTo(store.number("SELECT bytes FROM kept_share WHERE account_id = 'acc_1'"));
    }

    @Test
    void nothing_of_the_content_can_be_read_in_the_database() {
        String id = keep(MINE, null, "secret words ".repeat(3).getBytes(UTF_8), "secret answer".getBytes(UTF_8));
        byte[] sealed = store.database.read(
                sql -> sql.one("SELECT sealed FROM kept_response WHERE id = ?", row -> row.getBytes(1), id));

        assertThat(new String(sealed, ISO_8859_1)).doesNotContain("secret");
    }

    @Test
    void a_row_opens_for_its_own_id_and_account_alone() {
        String id = keep(null, "mine");
        String moved = keep(null, "other");
        byte[] sealed = store.database.read(
                sql -> sql.one("SELECT sealed FROM kept_response WHERE id = ?", row -> row.getBytes(1), id));
        KeptResponse.Seal seal = new KeptResponse.Seal(CallsFixture.SECRETS);

        assertThat(seal.opened(MINE, KeptForm.RESPONSES, new KeptResponses.Row(id, null, 1, sealed, 1, null))
                        .id())
                .isEqualTo(id);
        assertThatThrownBy(() ->
                        seal.opened(MINE, KeptForm.RESPONSES, new KeptResponses.Row(moved, null, 1, sealed, 1, null)))
                .isInstanceOf(StoreException.class);
        assertThatThrownBy(() ->
                        seal.opened(OTHER, KeptForm.RESPONSES, new KeptResponses.Row(id, null, 1, sealed, 1, null)))
                .isInstanceOf(StoreException.class);
    }

    @Test
    void a_response_above_a_mebibyte_compressed_is_not_kept() {
        byte[] half = noise(KeptResponses.RESPONSE_BYTES_MAX / 2);

        assertThat(store.responses.entry("t", MINE, OWN, null, KeptInput.of(half), half))
                .isNull();
        assertThat(store.responses.entry("t", MINE, OWN, null, KeptInput.of(noise(1 << 21)), noise(1)))
                .isNull();
        assertThat(store.responses.entry("t", MINE, OWN, null, KeptInput.of(new byte[5 << 20]), noise(1)))
                .isNotNull();
    }

    @Test
    void no_more_than_a_mebibyte_is_compressed_at_the_end_of_a_call() {
        KeptInput small = KeptInput.of(noise(1));

        assertThat(store.responses.entry("t", MINE, OWN, null, small, new byte[1 << 20]))
                .isNotNull();
        assertThat(store.responses.entry("t", MINE, OWN, null, small, new byte[(1 << 20) + 1]))
                .isNull();
    }

    // ---- chains ----

    @Test
    void a_chain_is_read_from_its_beginning() {
        String first = keep(null, "1");
        String second = keep(first, "2");
        keep(first, "another branch");
        String third = keep(second, "3");

        Chain chain = chain(third);

        assertThat(chain.state()).isEqualTo(Chain.State.WHOLE);
        assertThat(found(chain)).containsExactly("in 1/out 1", "in 2/out 2", "in 3/out 3");
    }

    private String keepOf(KeyOwner owner, @Nullable String previous) {
        String id = task(MINE);
        store.writer.commitAndWait(unit(MINE, owner, id, previous, NOTHING, NOTHING));
        return id;
    }

    private void assertReads(KeyOwner key, String id, boolean isRead) {
        assertThat(store.responses.find(MINE, key, id, Lease.FREE) != null)
                .as("%s reads %s", key, id)
                .isEqualTo(isRead);
        assertThat(store.responses.chain(MINE, key, id, Lease.FREE).state())
                .isEqualTo(isRead ? Chain.State.WHOLE : Chain.State.BROKEN);
    }

    /** A member's key in a team is the member's; a moved key is another owner's, and still itself. */
    @Test
    void a_response_is_found_by_its_own_key_and_its_owners() {
        KeyOwner account = KeyOwner.account("key_a");
        List<KeyOwner> owners = List.of(
                account,
                new KeyOwner("mem_1", "", "key_b"),
                new KeyOwner("mem_1", "team_1", "key_c"),
                new KeyOwner("mem_2", "team_1", "key_d"),
                new KeyOwner("", "team_1", "key_e"),
                new KeyOwner("", "team_2", "key_f"));
        for (KeyOwner maker : owners) {
            String id = keepOf(maker, null);
            for (KeyOwner key : owners) {
                assertReads(key, id, key.id().equals(maker.id()));
            }
        }
        KeyOwner moved = new KeyOwner("", "team_1", account.originId());
        String before = keepOf(account, null);
        String after = keepOf(moved, before);
        assertReads(moved, before, true);
        assertReads(moved, after, true);
        assertReads(account, after, true);
        KeyOwner other = new KeyOwner("", "team_1", "key_e");
        assertThat(store.responses.find(MINE, other, after, Lease.FREE)).isNotNull();
        assertThat(store.responses.chain(MINE, other, after, Lease.FREE).state())
                .as("another key of the team does not get what the account had")
                .isEqualTo(Chain.State.BROKEN);
        assertThat(store.responses.delete(MINE, other, before)).isFalse();
        assertThat(store.responses.delete(MINE, moved, before)).isTrue();
    }

    @Test
    void a_response_of_an_older_program_is_found_by_its_moved_key() {
        String id = task(MINE);
        Settle settle = Ended.settle(id, 10, store.now());
        KeptEntry entry =
                store.responses.entry(id, MINE, new KeyOwner("", "", ""), null, KeptInput.of(NOTHING), NOTHING);
        List<Change> changes = new ArrayList<>(Objects.requireNonNull(entry).keeping(settle));
        changes.addFirst(settle);
        store.writer.commitAndWait(Unit.of(changes));

        assertReads(KeyOwner.account("key_2"), id, true);
        assertReads(new KeyOwner("", "team_1", "key_1"), id, true);
        assertReads(new KeyOwner("", "team_1", "key_2"), id, false);
    }

    @Test
    void a_response_is_continued_also_if_a_clock_was_set_back_while_it_was_made() {
        String id = CompletionIds.earliest(store.now().plus(Duration.ofHours(1))) + "abcdefgh";
        store.reserve(id, MINE, 10, 10);
        store.writer.commitAndWait(unit(MINE, id, null, NOTHING, NOTHING));
        assertThat(chain(id).state()).isEqualTo(Chain.State.WHOLE);
    }

    @Test
    void a_chain_with_a_deleted_link_is_broken() {
        String first = keep(null, "1");
        String second = keep(first, "2");
        assertThat(store.responses.delete(MINE, OWN, first)).isTrue();

        assertThat(chain(second).state()).isEqualTo(Chain.State.BROKEN);
        assertThat(chain(first).state()).isEqualTo(Chain.State.BROKEN);
        assertThat(chain("unknown").state()).isEqualTo(Chain.State.BROKEN);
        assertThat(store.responses.delete(MINE, OWN, first)).isFalse();
    }

    @Test
    void a_large_response_takes_memory_among_the_large_ones() {
        String id = keep(MINE, null, noise(175_000), NOTHING);
        MemoryBudget budget = new MemoryBudget(800_000); // the row, opened too, fits a small request, but no large one
        Lease memory = budget.lease(MINE, null, false);
        assertThatThrownBy(() -> store.responses.find(MINE, OWN, id, memory)).isInstanceOf(ApiException.class);
        assertThatThrownBy(() -> store.responses.chain(MINE, OWN, id, memory)).isInstanceOf(ApiException.class);
        assertThat(budget.takenBytes()).isZero();
    }

    @Test
    void a_chain_has_a_limit_of_bytes() {
        String second = keep(keep(null, "1"), "2");

        assertThat(store.responses.chain(MINE, OWN, second, 18, Lease.FREE).state())
                .isEqualTo(Chain.State.WHOLE);
        assertThat(store.responses.chain(MINE, OWN, second, 17, Lease.FREE).state())
                .isEqualTo(Chain.State.TOO_LONG);
    }

    @Test
    void a_chain_has_a_limit_of_links() {
        List<CompletableFuture<Unit>> commits = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i <= KeptResponses.LINKS_MAX; i++) {
            String id = task(MINE);
            commits.add(store.writer.commit(unit(MINE, id, ids.isEmpty() ? null : ids.getLast(), NOTHING, NOTHING)));
            ids.add(id);
        }
        commits.forEach(CompletableFuture::join);

        assertThat(chain(ids.get(KeptResponses.LINKS_MAX - 1)).links()).hasSize(KeptResponses.LINKS_MAX);
        assertThat(chain(ids.get(KeptResponses.LINKS_MAX)).state()).isEqualTo(Chain.State.TOO_LONG);
    }

    // ---- limits and ages ----

    @Test
    void the_oldest_responses_of_an_account_make_room() {
        List<String> ids = IntStream.range(0, 5)
                .mapToObj(i -> keep(MINE, null, noise(10), noise(120_000)))
                .toList();
        String others = keep(OTHER, null, noise(10), noise(120_000));

        assertThat(ids.stream().map(id -> find(MINE, id) != null)).containsExactly(false, true, true, true, true);
        assertThat(find(OTHER, others)).isNotNull();
    }

    @Test
    void all_responses_together_have_a_limit_and_the_least_used_go_first() {
        for (int i = 3; i < 7; i++) {
            store.account("acc_" + i, 1_000_000);
        }
        List<String> ids = new ArrayList<>();
        for (int i = 1; i < 7; i++) {
            store.advance(Duration.ofSeconds(1));
            ids.add(keep("acc_" + i, null, noise(10), noise(200_000)));
        }
        store.responses.sweep();

        assertThat(store.number("SELECT SUM(bytes) FROM kept_response"))
                .isLessThanOrEqualTo(CallsFixture.RESPONSES_STORE_BYTES);
        assertThat(rows()).isEqualTo(4);
        assertThat(find("acc_2", ids.get(1))).isNull();
        assertThat(find("acc_3", ids.get(2))).isNotNull();
    }

    @Test
    void a_response_is_kept_for_thirty_days_after_its_last_use() {
        String first = keep(null, "1");
        String second = keep(first, "2");
        String unused = keep(null, "unused");
        store.advance(Duration.ofDays(29));
        chain(second);
        awaitTouch();
        store.advance(Duration.ofDays(2));
        store.responses.sweep();

        assertThat(find(MINE, unused)).isNull();
        assertThat(chain(second).state()).isEqualTo(Chain.State.WHOLE);
        store.advance(Duration.ofDays(31));
        store.responses.sweep();
        assertThat(rows()).isZero();
    }

    @Test
    void a_use_is_noted_once_a_day() {
        String id = keep(null, "1");
        String usedAt = "SELECT used_at FROM kept_response";
        long before = store.number(usedAt);
        store.advance(Duration.ofHours(23));
        find(MINE, id);
        awaitTouch();
        assertThat(store.number(usedAt)).isEqualTo(before);
        store.advance(Duration.ofHours(2));
        find(MINE, id);
        awaitTouch();
        assertThat(store.number(usedAt)).isEqualTo(store.now().toEpochMilli());
    }

    /** A note is committed in the order in which the writer gets it. */
    private void awaitTouch() {
        store.responses.delete(MINE, OWN, "nothing");
    }

    @Test
    void a_response_of_an_account_that_is_not_there_is_not_kept() {
        String id = task(MINE);
        Settle settle = Ended.settle(id, 10, store.now());
        List<Change> changes = new ArrayList<>(List.of(settle));
        changes.addAll(
                new KeptEntry(id, KeptForm.RESPONSES, "acc_gone", OWN, null, 4, noise(1), false).keeping(settle));
        store.writer.commitAndWait(Unit.of(changes));

        assertThat(settle.resolved()).isTrue();
        assertThat(rows()).isZero();
    }
}
