package dev.tollgate.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The real calls whose rows are multiplied: mostly answered, some of them streams, three that fail, one whose caller leaves. One after the other. */
final class TemplateCalls {

    private static final String PATH = "/v1/chat/completions";

    private final Besieged gateway;

    TemplateCalls(int port, long pid) {
        this.gateway = new Besieged(port, pid, List.of(), List.of(), List.of(), "");
    }

    void make() throws IOException, InterruptedException {
        for (int place = 0; place < ManyCalls.TEMPLATES; place++) {
            int kind = place * 37 % ManyCalls.TEMPLATES;
            if (kind == 0) {
                leave();
            } else {
                gateway.post(PATH, ManyCalls.TEMPLATE_KEY, "", body(model(kind), kind % 5 == 0));
            }
            Thread.sleep(20); // so that each call's entries lie together
        }
        Thread.sleep(2_000); // until the call whose caller left is settled
    }

    private static String model(int kind) {
        if (kind <= 3) {
            return "bench-missing";
        }
        if (kind < 50) {
            return "bench-call";
        }
        if (kind < 75) {
            return "bench-large";
        }
        if (kind < 90) {
            return "bench-small";
        }
        return kind < 97 ? "bench-burst" : "bench-old";
    }

    private static byte[] body(String model, boolean stream) {
        return ("{\"model\":\"" + model + "\",\"stream\":" + (stream || model.equals("bench-burst"))
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\""
                        + "What is the toll? ".repeat(MockAnswer.PROMPT_TOKENS / 10) + "\"}]}")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private void leave() throws IOException, InterruptedException {
        byte[] body = body(Kind.LEAVE.model(), true);
        try (Socket socket = gateway.connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(Besieged.head(PATH, ManyCalls.TEMPLATE_KEY, "", body.length));
            out.write(body);
            out.flush();
            socket.getInputStream().readNBytes(1_000);
        }
        Thread.sleep(1_000);
    }
}
