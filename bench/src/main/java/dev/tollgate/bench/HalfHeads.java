package dev.tollgate.bench;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Four addresses open connections whose requests never end: a third sends 5,167 headers of five bytes, a third nearly as much as a stranger may
 * send, a third nothing. The victim opens a connection for each of its calls.
 */
final class HalfHeads implements Siege.Scenario {

    private static final int ADDRESSES = 4;
    private static final int CONNECTIONS_EACH = 1_200;
    private static final int ROUNDS = 3;
    private static final String BEGIN = "GET / HTTP/1.1\r\nHost: x\r\n";
    private static final List<String> SENT =
            List.of(BEGIN + "a:b\r\n".repeat(5_167), BEGIN + ("a: " + "b".repeat(150) + "\r\n").repeat(98), "");

    @Override
    public String name() {
        return "half heads";
    }

    @Override
    public Set<String> allowed() {
        return Set.of("sent", "closed");
    }

    @Override
    public void attack(Besieged gateway, Siege.Tally answers) throws InterruptedException {
        for (int round = 0; round < ROUNDS; round++) {
            List<Socket> held = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS_EACH * ADDRESSES; i++) {
                answers.add(begin(gateway, "127.0.1." + (i % ADDRESSES + 1), SENT.get(i % SENT.size()), held));
            }
            Thread.sleep(2_000);
            held.forEach(HalfHeads::close);
        }
    }

    private static String begin(Besieged gateway, String from, String sent, List<Socket> held) {
        try {
            Socket socket = gateway.connect(from);
            held.add(socket);
            socket.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
            return "sent";
        } catch (IOException e) {
            return "closed";
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is gone all the same
        }
    }
}
