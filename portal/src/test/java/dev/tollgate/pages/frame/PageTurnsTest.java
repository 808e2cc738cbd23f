package dev.tollgate.pages.frame;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.http.limits.FairTurns;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class PageTurnsTest {

    private final PageTurns turns = new PageTurns(new FairTurns.Bounds(2, 1, 0, 0));
    private final CountDownLatch goOn = new CountDownLatch(1);
    private CompletableFuture<String> first;

    /** A page of the account "a" that is being drawn until {@link #goOn}. */
    @BeforeEach
    void begin() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        first = CompletableFuture.supplyAsync(
                () -> turns.draw("a", false, () -> {
                    begun.countDown();
                    return awaited();
                }),
                Thread::startVirtualThread);
        begun.await();
    }

    @AfterEach
    void end() {
        goOn.countDown();
    }

    private String awaited() {
        try {
            goOn.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return "first";
    }

    @Test
    void an_account_draws_one_page_at_a_time() {
        assertThatThrownBy(() -> turns.draw("a", false, () -> "second"))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("Too many pages are being drawn");
        goOn.countDown();
        assertThat(first.join()).isEqualTo("first");
        assertThat(turns.<String>draw("a", false, () -> "second")).isEqualTo("second");
    }

    @Test
    void another_account_does_not_wait_for_it() {
        assertThat(turns.<String>draw("b", false, () -> "second")).isEqualTo("second");
    }

    @Test
    void the_page_that_reports_a_change_is_always_drawn() {
        assertThat(turns.<String>draw("a", true, () -> "second")).isEqualTo("second");
    }
}
