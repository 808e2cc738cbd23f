package dev.tollgate.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * 400 callers of one account ask for answers of 600 KB at once, in a stream of Responses events or as JSON at three doors, and 20 more read nothing of
 * theirs. The victim asks for such an answer, too, again and again, and gets all of it.
 */
final class LongAnswers implements Siege.Scenario {

    private static final int OF_EACH_FORM = 100;
    private static final int READ_NOTHING = 20;
    private static final int ROUNDS = 3;
    private static final int WITHIN_MILLIS = 30_000;

    /** An eighth of a heap of 512 MB. */
    private static final long COLLECTED_BYTES_MAX = 64 << 20;

    private static final byte[] EVENTS = responses(true);

    /** A form of answer. */
    private record Form(String path, byte[] body) {}

    private static final List<Form> FORMS = List.of(
            new Form("/v1/responses", EVENTS),
            new Form("/v1/responses", responses(false)),
            new Form("/v1/chat/completions", messages("")),
            new Form("/v1/messages", messages(",\"max_tokens\":60000")));

    private static byte[] responses(boolean stream) {
        return ascii(
                "{\"model\":\"" + Kind.LONG.model() + "\",\"stream\":" + stream + ",\"input\":\"" + prompt() + "\"}");
    }

    private static byte[] messages(String more) {
        return ascii("{\"model\":\"" + Kind.LONG.model()
                + "\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt() + "\"}]" + more
                + "}");
    }

    private static String prompt() {
        return "What is the toll? ".repeat(MockAnswer.PROMPT_TOKENS / 10);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public String name() {
        return "long answers";
    }

    @Override
    public Set<String> allowed() {
        return Set.of("whole", "cut", "503", "IOException", "SocketException");
    }

    @Override
    public Errands.Errand errand() {
        return new Errands.Errand("its long answers", 100, WITHIN_MILLIS, gateway -> {
            String end = end(gateway, FORMS.getFirst(), Main.KEY);
            return end.equals("whole") ? "200" : end;
        });
    }

    @Override
    public void attack(Besieged gateway, Siege.Tally answers) throws InterruptedException {
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < READ_NOTHING; i++) {
                silent.add(asked(gateway, FORMS.getFirst(), gateway.shared().getFirst()));
            }
            for (int round = 0; round < ROUNDS; round++) {
                attackOnce(gateway, answers);
            }
        } catch (IOException e) {
            answers.add(e.getClass().getSimpleName());
        } finally {
            silent.forEach(LongAnswers::close);
        }
    }

    private static void attackOnce(Besieged gateway, Siege.Tally answers) throws InterruptedException {
        List<Thread> attackers = new ArrayList<>();
        for (int i = 0; i < OF_EACH_FORM * FORMS.size(); i++) {
            Form form = FORMS.get(i % FORMS.size());
            attackers.add(Thread.ofVirtual()
                    .start(() -> answers.add(end(gateway, form, gateway.shared().getFirst()))));
        }
        long most = 0;
        for (Thread attacker : attackers) {
            attacker.join();
            most = Math.max(most, gateway.figure("tollgate_collected_bytes"));
        }
        answers.note(
                "at most %d MB of answers were collected; %d were cut until now"
                        .formatted(most >> 20, gateway.figure("tollgate_collected_cut_total")),
                most <= COLLECTED_BYTES_MAX);
    }

    private static Socket asked(Besieged gateway, Form form, String key) throws IOException {
        Socket socket = gateway.connect();
        socket.getOutputStream().write(Besieged.head(form.path(), key, "", form.body().length));
        socket.getOutputStream().write(form.body());
        return socket;
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException alreadyClosed) {
            // as it should be
        }
    }

    /** How an answer ends. */
    private static String end(Besieged gateway, Form form, String key) {
        try (Socket socket = asked(gateway, form, key)) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            String status = String.valueOf(in.readLine()).split(" ", 3)[1];
            return status.equals("200") ? end(in.lines()) : status;
        } catch (IOException | java.io.UncheckedIOException e) {
            return "IOException";
        }
    }

    /** By the words for it in the last lines, which differ by door. */
    private static String end(Stream<String> lines) {
        boolean[] whole = {false};
        lines.forEach(line -> whole[0] |= line.contains("\"status\":\"completed\",\"background\"")
                || line.contains("\"finish_reason\":\"stop\"")
                || line.contains("\"stop_reason\":\"end_turn\""));
        return whole[0] ? "whole" : "cut";
    }
}
