package dev.tollgate.stress;

import dev.tollgate.testing.Program;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Begins to read the books in a data folder and does not end before it is closed. In a process of its own, which can be where another one
 * is that has a disk to itself.
 */
public final class LongReader implements AutoCloseable {

    private final Process process;

    /** @param beside whose disks it sees */
    LongReader(GatewayProcess beside, Path folder) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "nsenter",
                "--target",
                Long.toString(beside.pid()),
                "--user",
                "--mount",
                "--preserve-credentials",
                "--"));
        command.addAll(Program.ofTests(LongReader.class));
        command.add(folder.toString());
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (!"1".equals(process.inputReader().readLine())) {
            throw new IllegalStateException("it does not read");
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.outputWriter().close();
        process.waitFor();
    }

    public static void main(String[] args) throws SQLException, IOException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + Path.of(args[0], "tollgate.db"))) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT COUNT(*) FROM account WHERE id = 'acc_RICH0'")) {
                System.out.println(row.getLong(1));
            }
            System.in.read();
        }
    }
}
