package dev.tollgate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import sun.misc.Signal;

class HangUpTest {

    @Test
    void the_signal_runs_the_action_and_does_not_end_the_process() throws InterruptedException {
        CountDownLatch runs = new CountDownLatch(2);
        HangUp.runs(runs::countDown);
        Signal.raise(new Signal("HUP"));
        Signal.raise(new Signal("HUP"));
        assertThat(runs.await(10, TimeUnit.SECONDS)).isTrue();
    }
}
