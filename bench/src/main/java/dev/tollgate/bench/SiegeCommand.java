package dev.tollgate.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts a gateway on a small heap and besieges it. Exits 0 if it held, 1 if not. Loopback only. */
@Command(
        name = "siege",
        mixinStandardHelpOptions = true,
        description =
                "Attacks a gateway on a heap of 512 MB while a victim makes small calls, and tells what became of both.")
final class SiegeCommand implements Callable<Integer> {

    /** A new one is one more line here. */
    private static final List<Siege.Scenario> SCENARIOS = List.of(
            new FreeEnds(), // charged calls of the others add to what may end free
            new LargeBodies(),
            new SlowBodies(),
            new PackedBodies(),
            new Gifs(),
            new ReceiptPages("receipts", "/v1/receipts?limit=1000", "/v1/receipts?limit=1"),
            new ReceiptPages("lists", "/v1/tasks?limit=1000", "/v1/credits"),
            new ReceiptPages("manual", "/docs/configuration", "/v1/credits"),
            new HalfHeads(),
            new UnknownKeys(),
            new HeldConnections(),
            new Pipelines(),
            new UnreadAnswers(),
            new LongAnswers(),
            new Images(),
            new KeptContent(),
            new Marks(),
            new FileCounts(),
            new UnreadImages(),
            new FreeEnds(), // charged calls of the others add to what may end free
            new Growth());

    private static final int ACCOUNTS_OF_A_KIND = 10;
    private static final int SHARED_KEYS = 8;

    @Option(names = "--scenario", description = "one by its name, which may be repeated; default all")
    private List<String> names = List.of();

    @Option(names = "--heap", defaultValue = "512m", description = "of the gateway, default ${DEFAULT-VALUE}")
    private String heap = "512m";

    @Option(names = "--jar", description = "a gateway to start by java -jar; default is ./tollgate serve")
    private @Nullable Path jar;

    @Override
    public Integer call() throws Exception {
        Path directory = RunCommand.freshDirectory();
        List<Siege.Scenario> chosen = SCENARIOS.stream()
                .filter(scenario -> names.isEmpty() || names.contains(scenario.name()))
                .toList();
        RunOptions options = RunOptions.of(1, 1, 0, 1, jar, List.of("-Xmx" + heap), directory.resolve("results"), "");
        try (Children children = new Children(directory, false);
                MockUpstream mock = new MockUpstream(0)) {
            Path models = ModelsFile.write(directory.resolve("models.yaml"));
            Gateway gateway = new Gateway(children, options, directory, models, mock.port());
            Gateway.Started started = gateway.start();
            Besieged besieged = new Besieged(
                    started.port(),
                    started.process().pid(),
                    keys(gateway, directory, "1000"),
                    keys(gateway, directory, "0"),
                    sharedKeys(gateway, directory),
                    manager(gateway, directory));
            return new Siege(besieged, System.out).run(chosen) ? 0 : 1;
        }
    }

    private static List<String> keys(Gateway gateway, Path directory, String credits)
            throws IOException, InterruptedException {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < ACCOUNTS_OF_A_KIND; i++) {
            keys.add(key(gateway, directory, account(gateway, directory, credits)));
        }
        return keys;
    }

    private static List<String> sharedKeys(Gateway gateway, Path directory) throws IOException, InterruptedException {
        String account = account(gateway, directory, "100000");
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < SHARED_KEYS; i++) {
            keys.add(key(gateway, directory, account));
        }
        return keys;
    }

    private static String manager(Gateway gateway, Path directory) throws IOException, InterruptedException {
        String account = account(gateway, directory, "0");
        return said(
                gateway,
                directory,
                "key",
                "create",
                "--account",
                account,
                "--kind",
                "management",
                "--scopes",
                "members:read,members:write");
    }

    private static String account(Gateway gateway, Path directory, String credits)
            throws IOException, InterruptedException {
        return said(gateway, directory, "account", "create", "--name", "siege", "--credits", credits);
    }

    private static String key(Gateway gateway, Path directory, String account)
            throws IOException, InterruptedException {
        return said(gateway, directory, "key", "create", "--account", account);
    }

    private static String said(Gateway gateway, Path directory, String... words)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(gateway.program());
        command.addAll(List.of(words));
        command.addAll(List.of("--data", directory.resolve("data").toString()));
        Process process = new ProcessBuilder(command)
                .redirectError(directory.resolve("commands.log").toFile())
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IllegalStateException("the command " + words[0] + " " + words[1] + " has failed");
        }
        return said.lines().findFirst().orElse("");
    }
}
