package dev.tollgate.bench;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An account keeps a response whose input has 3 MB and compresses to almost nothing. Sixteen callers then ask for pages of its items, continue from
 * it and refer to its answer 500 times, for 20 s. The victim asks for its credits.
 */
final class KeptContent implements Siege.Scenario {

    private static final int AT_ONCE = 16;
    private static final int SECONDS = 20;
    private static final int PAUSE_MILLIS = 50;
    private static final int WITHIN_MILLIS = 1_000;
    private static final int ITEMS = 3_000;
    private static final int REFERENCES = 500;
    private static final String RESPONSES = "/v1/responses";
    private static final Pattern ID = Pattern.compile("\"id\":\"resp_([0-9A-Za-z]+)\"");

    private String chars = "";

    @Override
    public String name() {
        return "kept content";
    }

    /** A call that continues is too large for the model or the balance, or above the limit of counts. */
    @Override
    public Set<String> allowed() {
        return Set.of("200", "400", "402", "413", "429", "503");
    }

    @Override
    public Errands.Errand errand() {
        return new Errands.Errand(
                "its credits", PAUSE_MILLIS, WITHIN_MILLIS, gateway -> gateway.get("/v1/credits", Main.KEY));
    }

    @Override
    public void prepare(Besieged gateway) {
        String item = "{\"role\":\"user\",\"content\":\"" + "a".repeat(1_000) + "\"},";
        byte[] body = body("\"input\":[" + item.repeat(ITEMS) + "{\"role\":\"user\",\"content\":\"Hi\"}]");
        try (Socket socket = gateway.connect()) {
            socket.getOutputStream().write(Besieged.head(RESPONSES, attacker(gateway), "", body.length));
            socket.getOutputStream().write(body);
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Matcher id = ID.matcher(answer);
            if (!id.find()) {
                throw new IllegalStateException(
                        "the response to keep was answered " + answer.lines().findFirst());
            }
            chars = id.group(1);
        } catch (IOException e) {
            throw new IllegalStateException("the response to keep was not made", e);
        }
    }

    @Override
    public void attack(Besieged gateway, Siege.Tally answers) throws InterruptedException {
        String key = attacker(gateway);
        byte[] next = body("\"input\":\"Hi\",\"previous_response_id\":\"resp_" + chars + "\"");
        String item =
                "{\"role\":\"user\",\"content\":\"a\"},{\"type\":\"item_reference\",\"id\":\"msg_" + chars + "_0\"},";
        byte[] references = body("\"input\":[" + item.repeat(REFERENCES) + "{\"role\":\"user\",\"content\":\"Hi\"}]");
        List<Supplier<String>> works = List.of(
                () -> gateway.get(RESPONSES + "/resp_" + chars + "/input_items?limit=1", key),
                () -> gateway.get(RESPONSES + "/resp_" + chars + "/input_items?limit=100", key),
                () -> gateway.get(RESPONSES + "/resp_" + chars, key),
                () -> gateway.post(RESPONSES + "/input_tokens", key, "", next),
                () -> gateway.post(RESPONSES + "/input_tokens", key, "", references));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            Supplier<String> work = works.get(i % works.size());
            threads.add(Thread.ofVirtual().start(() -> {
                while (System.nanoTime() < end) {
                    answers.add(work.get());
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static String attacker(Besieged gateway) {
        return gateway.shared().getFirst();
    }

    private static byte[] body(String members) {
        return ("{\"model\":\"" + Kind.LONG.model() + "\",\"max_output_tokens\":20," + members + "}")
                .getBytes(StandardCharsets.US_ASCII);
    }
}
