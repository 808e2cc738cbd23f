package dev.tollgate.base.host;

import static dev.tollgate.testing.Asserts.assertThat;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class FileThreadsTest {

    /** As if it wrote to a share that hangs: there an interrupt returns when the share responds. */
    private static final class Hanging extends Thread {

        private final CountDownLatch responds = new CountDownLatch(1);

        @Override
        public void interrupt() {
            boolean isWaiting = true;
            while (isWaiting) {
                try {
                    responds.await();
                    isWaiting = false;
                } catch (InterruptedException e) {
                    // It cannot be interrupted either.
                }
            }
            super.interrupt();
        }

        @Override
        public void run() {
            try {
                Thread.sleep(Long.MAX_VALUE);
            } catch (InterruptedException e) {
                // It is at its end.
            }
        }
    }

    @Test
    @Timeout(60)
    void nobody_waits_for_an_interrupt_that_a_file_system_holds_up() throws InterruptedException {
        Hanging thread = new Hanging();
        thread.setDaemon(true);
        thread.start();
        FileThreads.interrupt(thread);
        assertThat(thread.isAlive()).isTrue();
        thread.responds.countDown();
        thread.join();
    }
}
