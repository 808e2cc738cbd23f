package dev.tollgate.bench;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Two accounts have a file of 64 MiB each. Four callers of each have it counted, twice in a request, for 20 s. The victim asks for its credits and a page. */
final class FileCounts implements Siege.Scenario {

    private static final int AT_ONCE = 4;
    private static final int SECONDS = 20;
    private static final int PAUSE_MILLIS = 20;
    private static final int WITHIN_MILLIS = 1_000;
    private static final int FILE_BYTES = 64 << 20;
    private static final int PART_BYTES = 16 << 20;
    private static final Pattern UPLOAD = Pattern.compile("(?i)x-goog-upload-url: https?://[^/]+(\\S+)");
    private static final Pattern URI = Pattern.compile("\"uri\": ?\"([^\"]+)\"");

    private final List<String> uris = new ArrayList<>();

    @Override
    public String name() {
        return "counts of files";
    }

    @Override
    public Set<String> allowed() {
        return Set.of("200", "429", "503");
    }

    @Override
    public Errands.Errand errand() {
        return new Errands.Errand("credits and a page", PAUSE_MILLIS, WITHIN_MILLIS, Besieged::creditsAndPage);
    }

    @Override
    public void prepare(Besieged gateway) {
        byte[] file = new byte[FILE_BYTES];
        for (String key : keys(gateway)) {
            new Random(uris.size()).nextBytes(file);
            System.arraycopy("%PDF-1.4\n".getBytes(StandardCharsets.US_ASCII), 0, file, 0, 9);
            String begun = gateway.answer(
                    Besieged.head(
                            "/upload/v1beta/files",
                            key,
                            command("start")
                                    + "X-Goog-Upload-Protocol: resumable\r\nX-Goog-Upload-Header-Content-Length: "
                                    + FILE_BYTES + "\r\nX-Goog-Upload-Header-Content-Type: application/pdf\r\n",
                            2),
                    "{}".getBytes(StandardCharsets.US_ASCII));
            String path = found(UPLOAD, begun);
            String ended = "";
            for (int at = 0; at < FILE_BYTES; at += PART_BYTES) {
                String its = at + PART_BYTES == FILE_BYTES ? "upload, finalize" : "upload";
                byte[] part = java.util.Arrays.copyOfRange(file, at, at + PART_BYTES);
                ended = gateway.answer(
                        Besieged.head(path, key, command(its) + "X-Goog-Upload-Offset: " + at + "\r\n", PART_BYTES),
                        part);
            }
            uris.add(found(URI, ended));
        }
    }

    private static List<String> keys(Besieged gateway) {
        return gateway.rich().subList(0, 2);
    }

    private static String command(String its) {
        return "X-Goog-Upload-Command: " + its + "\r\n";
    }

    private static String found(Pattern pattern, String answer) {
        Matcher matcher = pattern.matcher(answer);
        if (!matcher.find()) {
            throw new IllegalStateException("an upload was answered " + answer);
        }
        return matcher.group(1);
    }

    @Override
    public void attack(Besieged gateway, Siege.Tally answers) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        List<String> keys = keys(gateway);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < AT_ONCE * keys.size(); i++) {
            String key = keys.get(i % keys.size());
            String part = "{\"fileData\":{\"fileUri\":\"" + uris.get(i % keys.size()) + "\"}},";
            byte[] body = ("{\"contents\":[{\"role\":\"user\",\"parts\":[" + part + part + "{\"text\":\"Hi\"}]}]}")
                    .getBytes(StandardCharsets.US_ASCII);
            threads.add(Thread.ofVirtual().start(() -> {
                while (System.nanoTime() < end) {
                    answers.add(gateway.post("/v1beta/models/" + Kind.LONG.model() + ":countTokens", key, "", body));
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
