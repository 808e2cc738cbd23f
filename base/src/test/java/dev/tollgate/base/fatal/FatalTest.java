package dev.tollgate.base.fatal;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.testing.Deaths;
import dev.tollgate.testing.Shared;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.slf4j.LoggerFactory;

@ResourceLock(Shared.DEATHS)
class FatalTest {

    private final Deaths deaths = new Deaths();

    @AfterEach
    void close() {
        deaths.close();
    }

    @Test
    void an_out_of_memory_error_is_fatal_even_if_wrapped() {
        OutOfMemoryError direct = new OutOfMemoryError("Cannot reserve 8192 bytes of direct buffer memory");
        IllegalStateException wrapped = new IllegalStateException(new CompletionException(direct));
        Fatal.check(direct);
        Fatal.check(wrapped);
        assertThat(deaths.causes()).containsExactly(direct, wrapped);
    }

    @Test
    void a_refused_direct_buffer_is_known_and_heap_is_not() {
        OutOfMemoryError direct =
                new OutOfMemoryError("Cannot reserve 8192 bytes of direct buffer memory (allocated: 1, limit: 2)");
        assertThat(Fatal.refusedBuffer(new IllegalStateException(direct)))
                .hasMessageContaining("there is no direct memory for it: Cannot reserve 8192 bytes");
        assertThat(Fatal.refusedBuffer(new OutOfMemoryError("Java heap space"))).isNull();
        assertThat(Fatal.refusedBuffer(new IOException("reset"))).isNull();
        assertThat(Fatal.refusedBuffer(null)).isNull();
        assertThat(deaths.causes()).isEmpty();
    }

    @Test
    void what_a_callers_body_can_bring_about_is_not_fatal() {
        Fatal.check(new StackOverflowError());
        Fatal.check(new IllegalStateException(new StackOverflowError()));
        Fatal.check(new AssertionError());
        assertThat(deaths.causes()).isEmpty();
    }

    @Test
    void whatever_ends_a_lasting_thread_is_fatal() throws InterruptedException {
        Runnable work = Fatal.lasting("the work", () -> {
            throw new IllegalStateException("a mistake");
        });
        assertThatThrownBy(work::run).hasMessage("a mistake");
        assertThat(deaths.causes())
                .singleElement()
                .satisfies(it -> assertThat(it).hasMessage("the work has ended").hasRootCauseMessage("a mistake"));
    }

    @Test
    void an_error_in_another_thread_is_reported_and_the_process_continues() throws InterruptedException {
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        AtomicReference<Throwable> told = new AtomicReference<>();
        Thread other = new Thread(() -> {
            throw new IllegalStateException("a mistake");
        });
        try {
            Fatal.endProcess((thread, error) -> {
                if (thread == other) {
                    told.set(error);
                }
            });
            other.start();
            other.join();
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
        assertThat(told.get()).hasMessage("a mistake");
    }

    @Test
    void a_library_that_catches_an_error_and_logs_it_hides_nothing() {
        OutOfMemoryError error = new OutOfMemoryError("failed to allocate 4194304 byte(s) of direct memory");
        LoggerFactory.getLogger("io.netty.test").warn("A task raised an exception.", error);
        assertThat(deaths.causes()).containsExactly(error);
    }
}
