package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.books.ledger.Grant;
import dev.tollgate.storage.sql.Reads;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.KeysFixture;
import dev.tollgate.testing.Reading;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What makes a page reads all of it at one instant. */
@Timeout(240)
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class OnePageTest {

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private KeysFixture store;

    @BeforeEach
    void open() {
        store = stores.open(folder, KeysFixture::new);
        store.account("acc_1", 100);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void grant() {
        store.commit(new Grant("acc_1", 1, "more", store.now()));
    }

    private long balance() {
        return store.balance("acc_1").balanceMicros();
    }

    private static boolean isAlone(Reads sql) throws SQLException {
        return Reading.connection(sql).getAutoCommit();
    }

    private long balanceForPages() {
        return store.database
                .pages()
                .read("acc_1", sql -> sql.number("SELECT balance_micros FROM account WHERE id = 'acc_1'"));
    }

    @Test
    void whatever_a_page_reads_while_others_commit_is_of_the_instant_of_its_first_read() {
        List<Long> seen = new ArrayList<>();
        store.database.pages().onePage("acc_1", () -> {
            for (int i = 0; i < 3; i++) {
                seen.add(balance());
                CompletableFuture.runAsync(this::grant).join();
                seen.add(balanceForPages());
            }
            return 0;
        });

        assertThat(seen).containsOnly(100L);
        assertThat(balance()).isEqualTo(103);
    }

    @Test
    void a_read_within_another_and_one_after_a_question_that_was_refused_are_of_the_same_page() {
        List<Long> seen = new ArrayList<>();
        store.database.pages().onePage("acc_1", () -> {
            assertThatThrownBy(() -> store.database.read(_ -> {
                        throw new IllegalArgumentException("no such page");
                    }))
                    .isInstanceOf(IllegalArgumentException.class);
            seen.add(balance());
            CompletableFuture.runAsync(this::grant).join();
            seen.add(store.database.read(_ -> balanceForPages()));
            return seen.add(balance());
        });

        assertThat(seen).containsExactly(100L, 100L, 100L);
    }

    @Test
    void a_page_that_waits_for_a_commit_of_its_own_sees_it() {
        long seen = store.database.pages().onePage("acc_1", () -> {
            balance();
            grant();
            return balance();
        });

        assertThat(seen).isEqualTo(101);
    }

    @Test
    void a_read_of_a_page_that_takes_too_long_ends_it_and_the_next_page_is_read() {
        String endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n";
        PageReads reads = store.database.pages(Duration.ofMillis(100));
        long began = System.nanoTime();
        assertThatThrownBy(() -> reads.onePage("acc_1", () -> {
                    reads.read("acc_1", sql -> sql.has(endless));
                    return 0;
                }))
                .isInstanceOf(StoreUnavailable.class);
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .as("a hundred times the limit, for a machine that is busy")
                .isBetween(Duration.ofMillis(100), Duration.ofSeconds(10));

        assertThat((int) reads.onePage("acc_1", () -> reads.read("acc_1", sql -> 7)))
                .isEqualTo(7);
        reads.close();
    }

    @Test
    void what_is_one_question_is_asked_of_a_server_without_a_transaction_and_within_a_page_at_the_pages_instant() {
        assertThat(store.database.readOnceFor("acc_1", OnePageTest::isAlone)).isEqualTo(stores != Stores.SQLITE);
        assertThat(store.database.readFor("acc_1", OnePageTest::isAlone)).isFalse();
        long seen = store.database.pages().onePage("acc_1", () -> {
            balance();
            CompletableFuture.runAsync(this::grant).join();
            long once = store.database.readOnceFor("acc_1", _ -> balanceForPages());
            assertThat(balance()).isEqualTo(once);
            return once;
        });

        assertThat(seen).isEqualTo(100);
    }

    @Test
    void a_page_is_made_on_a_thread_of_the_platform_and_what_it_throws_comes_back() {
        PageReads reads = store.database.pages();
        List<Boolean> virtual = new ArrayList<>();
        reads.onePage("acc_1", () -> virtual.add(Thread.currentThread().isVirtual()));
        reads.read("acc_1", _ -> virtual.add(Thread.currentThread().isVirtual()));

        assertThat(virtual).containsExactly(false, false);
        IllegalArgumentException thrown = new IllegalArgumentException("no such month");
        assertThatThrownBy(() -> reads.onePage("acc_1", () -> {
                    throw thrown;
                }))
                .isSameAs(thrown);
    }

    @Test
    void a_page_beyond_its_accounts_share_fails_without_affecting_others() {
        PageReads reads = store.database.pages(Duration.ofMillis(300));
        Semaphore begun = new Semaphore(0);
        CompletableFuture<Integer> end = new CompletableFuture<>();
        List<CompletableFuture<Integer>> slow = Stream.generate(() -> CompletableFuture.supplyAsync(
                        () -> reads.onePage("acc_1", () -> {
                            begun.release();
                            return end.join();
                        }),
                        Thread::startVirtualThread))
                .limit(3)
                .toList();
        begun.acquireUninterruptibly(3);

        List<Integer> made = new ArrayList<>();
        assertThatThrownBy(() -> reads.onePage("acc_1", () -> made.add(1))).isInstanceOf(StoreUnavailable.class);
        assertThat((int) reads.onePage("acc_2", () -> 2)).isEqualTo(2);
        end.complete(1);
        assertThat(slow).allSatisfy(page -> assertThat(page.join()).isEqualTo(1));
        assertThat((int) reads.onePage("acc_1", () -> 3)).isEqualTo(3);
        assertThat(made).as("what nobody waited for any more").isEmpty();
        reads.close();
    }
}
