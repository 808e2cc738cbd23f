package dev.tollgate.operator.inspection;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The size of the books, and the days for which there is room (C39). */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class BooksSizeTest {

    private static final long GB = 1_000_000_000;

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private CustomersFixture store;
    private BooksSize size;

    @BeforeEach
    void open() {
        store = stores.open(folder, CustomersFixture::new);
        size = new BooksSize(store.database, store.writer, store::now, folder, null);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private long measured() {
        return store.number("SELECT COUNT(*) FROM installation WHERE name LIKE '" + BooksSize.SIZE + "%'");
    }

    @Test
    void growth_is_known_once_the_books_were_measured_for_a_day() {
        size.measure();
        assertThat(size.now().bytes()).isGreaterThan(100_000);
        assertThat(size.now().growthBytes()).isNull();
        store.advance(Duration.ofDays(2));
        assertThat(size.now().growthBytes()).isNotNull();
        assertThat(size.now().here() == null).isEqualTo(stores == Stores.POSTGRESQL);
        assertThat(size.now().there()).isNull();
    }

    @Test
    void a_stop_does_not_shrink_the_books() {
        for (int row = 0; row < 20; row++) {
            store.execute("INSERT INTO installation (name, value) VALUES ('filler %d', '%s')"
                    .formatted(row, "x".repeat(100_000)));
        }
        long running = size.now().bytes();
        size.measure();
        store = store.reopened();
        size = new BooksSize(store.database, store.writer, store::now, folder, null);
        store.advance(Duration.ofDays(2));
        assertThat(size.now().bytes()).isGreaterThanOrEqualTo(running);
        assertThat(size.now().growthBytes()).isNotNull().isNotNegative();
    }

    @Test
    void only_a_server_has_snapshots_that_keep_its_dead_rows() {
        assertThat(store.database.oldestSnapshot() == null).isEqualTo(stores == Stores.SQLITE);
    }

    @Test
    void the_books_are_measured_once_a_day() {
        store.setNow(Instant.parse("2026-11-29T00:30:00Z"));
        size.measure();
        store.advance(Duration.ofHours(23));
        size.measure();
        assertThat(measured()).isOne();
        store.advance(Duration.ofHours(1));
        size.measure();
        assertThat(measured()).isEqualTo(2);
    }

    @Test
    void growth_is_that_of_the_last_thirty_days() {
        store.setNow(Instant.parse("2026-11-29T00:30:00Z"));
        store.execute("INSERT INTO installation (name, value) VALUES ('books.size 2026-09-01', '"
                + Instant.parse("2026-09-01T00:30:00Z").toEpochMilli() + ":0')");
        for (int day = 0; day < 31; day++) {
            size.measure();
            store.advance(Duration.ofDays(1));
        }
        Long growth = size.now().growthBytes();
        assertThat(growth).isNotNull().isLessThan(size.now().bytes() / 100);
    }

    @Test
    void a_byte_of_the_books_costs_two_here_and_nine_in_the_folder() {
        // 10 GB of books that grow by 1 GB a day: 30 GB are 15 GB of books here, and 180 GB are 20 GB of books there
        assertThat(BooksSize.left(2, 10 * GB, 30 * GB, GB).days()).isEqualTo(5);
        assertThat(BooksSize.left(9, 10 * GB, 180 * GB, GB).days()).isEqualTo(10);
        assertThat(BooksSize.left(9, 10 * GB, 80 * GB, GB).days()).isZero();
        assertThat(BooksSize.left(2, 10 * GB, 30 * GB, 0L).days()).isNull();
        assertThat(BooksSize.left(2, 10 * GB, 30 * GB, null).days()).isNull();
    }
}
