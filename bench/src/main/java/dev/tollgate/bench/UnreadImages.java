package dev.tollgate.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An image of {@value MockAnswer#IMAGE_BYTES} bytes has an address. One network opens it on 100 connections, reads nothing for three seconds and leaves, five times. The victim asks for
 * its credits and a page.
 */
final class UnreadImages implements Siege.Scenario {

    private static final int CONNECTIONS = 100;
    private static final int WAVES = 5;
    private static final int WAVE_SECONDS = 3;
    private static final int RECEIVE_BYTES = 4_096;
    private static final int PAUSE_MILLIS = 20;
    private static final int WITHIN_MILLIS = 1_000;
    private static final Pattern ADDRESS = Pattern.compile("/v1/images/files/[0-9a-f]{32}\\.[a-z]+");

    private String address = "";

    @Override
    public String name() {
        return "unread images";
    }

    @Override
    public Set<String> allowed() {
        return Set.of("asked");
    }

    @Override
    public Errands.Errand errand() {
        return new Errands.Errand("credits and a page", PAUSE_MILLIS, WITHIN_MILLIS, Besieged::creditsAndPage);
    }

    @Override
    public void prepare(Besieged gateway) {
        byte[] body = ("{\"model\":\"" + Kind.IMAGE.model()
                        + "\",\"image_config\":{\"delivery\":\"url\"},\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\""
                        + "What is the toll? ".repeat(MockAnswer.PROMPT_TOKENS / 10) + "\"}]}")
                .getBytes(StandardCharsets.US_ASCII);
        String answer = gateway.answer(
                Besieged.head("/v1/chat/completions", gateway.shared().getFirst(), "", body.length), body);
        Matcher found = ADDRESS.matcher(answer);
        if (!found.find()) {
            throw new IllegalStateException("an image was answered " + answer);
        }
        address = found.group();
    }

    @Override
    public void attack(Besieged gateway, Siege.Tally answers) throws InterruptedException {
        byte[] asks = KeptConnection.get(address, "").getBytes(StandardCharsets.US_ASCII);
        for (int wave = 0; wave < WAVES; wave++) {
            List<Socket> sockets = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                sockets.add(new Socket());
                answers.add(asked(gateway, sockets.getLast(), asks));
            }
            TimeUnit.SECONDS.sleep(WAVE_SECONDS);
            for (Socket socket : sockets) {
                close(socket);
            }
        }
    }

    private static String asked(Besieged gateway, Socket socket, byte[] asks) {
        try {
            socket.setReceiveBufferSize(RECEIVE_BYTES);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()));
            socket.getOutputStream().write(asks);
            return "asked";
        } catch (IOException e) {
            return e.getClass().getSimpleName();
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
