package dev.tollgate.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Under what a run was done: figures of two machines, or of a machine that was busy, must not be compared unseen. */
final class Conditions {
    private static final double BUSY_LOAD = 0.5;

    private Conditions() {}

    /** @param data the folder of the gateway's database: a synced commit costs nothing on a file system in memory */
    static Map<String, String> read(RunOptions options, Path data, String nginx) throws IOException {
        Map<String, String> conditions = new java.util.LinkedHashMap<>();
        conditions.put("commit", commit());
        conditions.put("jdk", Runtime.version().toString());
        conditions.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        conditions.put("cpu", cpu());
        conditions.put("cores", Integer.toString(cores()));
        conditions.put("load_before", load());
        conditions.put("file_system", Files.getFileStore(data).type());
        conditions.put("nginx", nginx);
        conditions.put("rounds", Integer.toString(options.rounds()));
        conditions.put("seconds", Integer.toString(options.seconds()));
        conditions.put("warmup_seconds", Integer.toString(options.warmupSeconds()));
        conditions.put("connections", Integer.toString(options.connections()));
        conditions.put("gateway_cpus", options.gatewayCpus());
        conditions.put("load_cpus", options.loadCpus());
        conditions.put("java_options", String.join(" ", options.javaOptions()));
        conditions.put("note", options.note());
        return conditions;
    }

    static void warnOfNeighbours(Map<String, String> conditions, PrintStream out) {
        String load = conditions.getOrDefault("load_before", "0");
        if (Double.parseDouble(load) > BUSY_LOAD) {
            out.println("The machine is busy (load " + load + "): read ratios with care, absolute figures not at all.");
        }
    }

    /** Load average of the last minute. */
    static String load() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
    }

    /** All of the machine's, not only those that this process may run on. */
    static int cores() throws IOException {
        return (int) cpuLines("processor").count();
    }

    private static String cpu() throws IOException {
        return cpuLines("model name")
                .map(line -> line.replaceFirst(".*:\\s*", ""))
                .findFirst()
                .orElse(System.getProperty("os.arch"));
    }

    private static java.util.stream.Stream<String> cpuLines(String name) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc/cpuinfo"));
        return lines.stream().filter(line -> line.startsWith(name));
    }

    private static String commit() {
        return output(List.of("git", "describe", "--always", "--dirty"));
    }

    /** Empty if the command is missing or fails: a run does not fail because a remark about it is missing. */
    private static String output(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor(5, TimeUnit.SECONDS) && process.exitValue() == 0
                    ? text.lines().collect(Collectors.joining(" "))
                    : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
