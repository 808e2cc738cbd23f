package dev.tollgate.pages.docs;

import static dev.tollgate.testing.Asserts.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class ManualMakingTest {

    private static final int READERS = 4 * Runtime.getRuntime().availableProcessors();

    private final CountDownLatch goOn = new CountDownLatch(1);
    private final AtomicReference<Thread> maker = new AtomicReference<>();
    private final Manual.Making making = new Manual.Making(() -> {
        maker.set(Thread.currentThread());
        awaitGoOn();
        return Manual.ofThisProgram();
    });

    private void awaitGoOn() {
        try {
            goOn.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void readers_leave_the_carriers_to_others_until_the_manual_is_made() throws Exception {
        List<CompletableFuture<Manual>> readers = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            CompletableFuture<Manual> reader = new CompletableFuture<>();
            readers.add(reader);
            Thread.startVirtualThread(() -> reader.complete(making.await()));
        }
        try {
            assertThat(making.ifMade()).isNull();
            CompletableFuture<Boolean> other = new CompletableFuture<>();
            Thread.startVirtualThread(() -> other.complete(true));
            assertThat(other.get(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            goOn.countDown();
        }
        for (CompletableFuture<Manual> reader : readers) {
            assertThat(reader.get(60, TimeUnit.SECONDS)).isSameAs(Manual.ofThisProgram());
        }
        assertThat(maker.get().isVirtual()).isFalse();
        assertThat(making.ifMade()).isNotNull();
    }
}
