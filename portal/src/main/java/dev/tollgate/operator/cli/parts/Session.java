package dev.tollgate.operator.cli.parts;

import dev.tollgate.base.config.Settings;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.operator.admin.AdminApi;
import dev.tollgate.operator.inspection.Inspection;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The surroundings of a command.
 *
 * @param out takes results
 * @param err takes everything else
 */
public record Session(Map<String, String> environment, Actions actions, PrintWriter out, PrintWriter err) {

    /** Set by the launcher, which can see it. */
    private static final String ERR_IS_TERMINAL = "tollgate.terminal";

    public Settings settings(CommandSpec command) {
        return SettingOptions.read(command, environment);
    }

    /**
     * The running server's API, or one over the store itself if no server runs.
     *
     * @param mayBegin whether a data folder without an installation is given one
     * @throws ApiException if there is no installation
     */
    public AdminApi api(CommandSpec command, boolean mayBegin) {
        Settings settings = settings(command);
        actions.requireRelease(settings);
        Optional<AdminApi> running = SocketApi.find(settings.data());
        return running.isPresent() ? running.get() : actions.open(settings, mayBegin);
    }

    /** Returns the inspection that this process makes itself. */
    public Inspection inspection(CommandSpec command) {
        return actions.inspection(settings(command));
    }

    /** Returns whether the output is a terminal. If not, a journal, a pipe or a file may keep it. */
    public static boolean outIsTerminal() {
        return Banner.outIsTerminal();
    }

    public boolean errIsTerminal() {
        return Boolean.getBoolean(ERR_IS_TERMINAL);
    }
}
