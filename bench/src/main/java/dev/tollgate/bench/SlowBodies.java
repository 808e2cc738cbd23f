package dev.tollgate.bench;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Twelve connections of one account with credits send 85 MB of bodies at once and then 1.2 KB a second, as slowly as is still allowed. After
 * five seconds the other accounts send 40 bodies of 50 KB.
 */
final class SlowBodies implements Siege.Scenario {

    private static final int CONNECTIONS = 12;
    private static final int FIRST_BYTES = 85_000_000 / CONNECTIONS;
    private static final int BYTES_PER_SECOND = 1_200;
    private static final int SECONDS = 30;
    private static final int OTHERS = 40;

    @Override
    public String name() {
        return "slow bodies";
    }

    @Override
    public void attack(Besieged gateway, Siege.Tally answers) throws InterruptedException {
        List<Thread> all = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            all.add(Thread.ofVirtual()
                    .start(() -> trickle(gateway, gateway.rich().getFirst())));
        }
        TimeUnit.SECONDS.sleep(5);
        byte[] body = ("{\"model\":\"" + Kind.CALL.model()
                        + "\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"" + "toll ".repeat(10_000)
                        + "\"}]}")
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        for (int i = 0; i < OTHERS; i++) {
            String key = gateway.rich().get(1 + i % (gateway.rich().size() - 1));
            all.add(Thread.ofVirtual().start(() -> {
                String status = gateway.post("/v1/chat/completions", key, "", body);
                answers.add(status.equals("503") ? "an honest caller's 503" : status);
            }));
        }
        for (Thread thread : all) {
            thread.join();
        }
    }

    /** Runs until it is stopped or the time is over, whatever the answers are. */
    private static void trickle(Besieged gateway, String key) {
        try (Socket socket = gateway.connect()) {
            socket.getOutputStream().write(Besieged.head("/v1/chat/completions", key, "", 30_000_000));
            byte[] spaces = new byte[FIRST_BYTES];
            java.util.Arrays.fill(spaces, (byte) ' ');
            socket.getOutputStream().write(spaces);
            for (int i = 0; i < SECONDS; i++) {
                TimeUnit.SECONDS.sleep(1);
                socket.getOutputStream().write(spaces, 0, BYTES_PER_SECOND);
            }
        } catch (IOException refused) {
            // as it should be
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
