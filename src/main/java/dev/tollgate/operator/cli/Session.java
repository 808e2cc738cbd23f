package dev.tollgate.operator.cli;

import dev.tollgate.base.config.Settings;
import dev.tollgate.operator.admin.Administration;
import dev.tollgate.operator.admin.Inspection;
import dev.tollgate.operator.admin.Refused;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What a command needs of the world around it.
 *
 * @param out takes results
 * @param err takes everything else
 */
record Session(Map<String, String> environment, Actions actions, PrintWriter out, PrintWriter err) {

    /** Set by the launcher, which can see it. */
    private static final String ERR_IS_TERMINAL = "tollgate.terminal";

    Settings settings(CommandSpec command) {
        return SettingOptions.read(command, environment);
    }

    /** The running server's administration, or the store's own where no server runs. @throws Refused where there is no installation */
    Administration administration(CommandSpec command) throws Refused {
        return administration(command, false);
    }

    /** The same for the first command of all: where there is no installation it begins one. */
    Administration administrationOrNew(CommandSpec command) throws Refused {
        return administration(command, true);
    }

    private Administration administration(CommandSpec command, boolean mayBegin) throws Refused {
        Settings settings = settings(command);
        Optional<Administration> remote = RemoteAdministration.find(settings.data());
        return remote.isPresent() ? remote.get() : actions.open(settings, mayBegin);
    }

    /** What can be read, by this process itself. */
    Inspection inspection(CommandSpec command) throws Refused {
        return actions.inspection(settings(command));
    }

    /** Else what is printed may be kept by a journal, a pipe or a file. */
    static boolean outIsTerminal() {
        return Banner.outIsTerminal();
    }

    boolean errIsTerminal() {
        return Boolean.getBoolean(ERR_IS_TERMINAL);
    }
}
