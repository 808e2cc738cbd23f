package dev.tollgate.operator.cli;

import dev.tollgate.operator.admin.AdminViews.Account;
import dev.tollgate.operator.admin.AdminViews.AccountLimits;
import dev.tollgate.operator.admin.AdminViews.AccountLimitsChange;
import dev.tollgate.operator.admin.AdminViews.ApiKey;
import dev.tollgate.operator.admin.AdminViews.KeyChange;
import dev.tollgate.operator.admin.AdminViews.KeyChoice;
import dev.tollgate.operator.admin.AdminViews.MadeLink;
import dev.tollgate.operator.admin.AdminViews.NewKey;
import dev.tollgate.operator.admin.AdminViews.NewPassword;
import dev.tollgate.operator.admin.AdminViews.Page;
import dev.tollgate.operator.admin.AdminViews.PersonRole;
import dev.tollgate.operator.admin.AdminViews.UsageCorrection;
import dev.tollgate.operator.admin.Administration;
import dev.tollgate.operator.admin.Refused;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/** Asks the server of a data folder over its control socket, a connection for each question. */
public final class RemoteAdministration implements Administration {

    private static final Duration ANSWER_TIME = Duration.ofSeconds(40);
    private static final TypeReference<Account> ACCOUNT = new TypeReference<>() {};
    private static final TypeReference<Page<Account>> ACCOUNTS = new TypeReference<>() {};
    private static final TypeReference<Boolean> DONE = new TypeReference<>() {};
    private static final TypeReference<AccountLimits> LIMITS = new TypeReference<>() {};
    private static final TypeReference<ApiKey> KEY = new TypeReference<>() {};
    private static final TypeReference<Page<ApiKey>> KEYS = new TypeReference<>() {};
    private static final TypeReference<NewPassword> NEW_PASSWORD = new TypeReference<>() {};
    private static final TypeReference<PersonRole> ROLE = new TypeReference<>() {};
    private static final TypeReference<MadeLink> LINK = new TypeReference<>() {};
    private static final TypeReference<String> TEXT = new TypeReference<>() {};
    private static final TypeReference<NewKey> NEW_KEY = new TypeReference<>() {};

    private final Path dataFolder;
    private final ControlCodec codec = new ControlCodec();

    private RemoteAdministration(Path dataFolder) {
        this.dataFolder = dataFolder;
    }

    /** Empty where no server of this data folder answers. */
    public static Optional<Administration> find(Path dataFolder) throws Refused {
        Path socket = dataFolder.resolve(ControlSocket.NAME);
        if (!Files.exists(socket)) {
            return Optional.empty();
        }
        if (!Files.isWritable(socket)) {
            throw new Refused(socket + " belongs to another user, as whom this command must be given.");
        }
        RemoteAdministration remote = new RemoteAdministration(dataFolder);
        try (SocketChannel _ = remote.connect()) {
            return Optional.of(remote);
        } catch (IOException e) {
            // Left by a server that was killed.
            return Optional.empty();
        }
    }

    @Override
    public Account createAccount(String name, long creditsMicros) throws Refused {
        return ask(new ControlRequest.CreateAccount(name, creditsMicros), ACCOUNT);
    }

    @Override
    public Page<Account> accounts(@Nullable String after, int limit) throws Refused {
        return ask(new ControlRequest.Accounts(after, limit), ACCOUNTS);
    }

    @Override
    public Account grant(String accountId, long creditsMicros, String reason) throws Refused {
        return ask(new ControlRequest.Grant(accountId, creditsMicros, reason), ACCOUNT);
    }

    @Override
    public boolean correctUsage(UsageCorrection correction) throws Refused {
        return ask(new ControlRequest.CorrectUsage(correction), DONE);
    }

    @Override
    public AccountLimits accountLimits(String accountId) throws Refused {
        return ask(new ControlRequest.Limits(accountId), LIMITS);
    }

    @Override
    public AccountLimits limitAccount(String accountId, AccountLimitsChange change, String reason) throws Refused {
        return ask(new ControlRequest.LimitAccount(accountId, change, reason), LIMITS);
    }

    @Override
    public NewKey createKey(String accountId, KeyChoice choice) throws Refused {
        return ask(new ControlRequest.CreateKey(accountId, choice), NEW_KEY);
    }

    @Override
    public Page<ApiKey> keys(@Nullable String accountId, @Nullable String after, int limit) throws Refused {
        return ask(new ControlRequest.Keys(accountId, after, limit), KEYS);
    }

    @Override
    public ApiKey setKey(String keyId, KeyChange change) throws Refused {
        return ask(new ControlRequest.SetKey(keyId, change), KEY);
    }

    @Override
    public ApiKey disableKey(String keyId) throws Refused {
        return ask(new ControlRequest.DisableKey(keyId), KEY);
    }

    @Override
    public NewKey rotateKey(String keyId, long graceSeconds) throws Refused {
        return ask(new ControlRequest.RotateKey(keyId, graceSeconds), NEW_KEY);
    }

    @Override
    public NewPassword resetOperator() throws Refused {
        return ask(new ControlRequest.ResetOperator(), NEW_PASSWORD);
    }

    @Override
    public PersonRole setRole(String login, String role, String reason) throws Refused {
        return ask(new ControlRequest.SetRole(login, role, reason), ROLE);
    }

    @Override
    public MadeLink invite(String email, @Nullable String accountId, String reason) throws Refused {
        return ask(new ControlRequest.Invite(email, accountId, reason), LINK);
    }

    @Override
    public MadeLink resetLink(String login, String reason) throws Refused {
        return ask(new ControlRequest.ResetLink(login, reason), LINK);
    }

    @Override
    public String testMail(String email) throws Refused {
        return ask(new ControlRequest.TestMail(email), TEXT);
    }

    @Override
    public String beSandbox(String reason) throws Refused {
        return ask(new ControlRequest.BeSandbox(reason), TEXT);
    }

    @Override
    public void close() {
        // Each question has its own connection.
    }

    private <T> T ask(ControlRequest request, TypeReference<T> type) throws Refused {
        try (ControlLine line = new ControlLine(connect(), ANSWER_TIME)) {
            line.write(codec.request(request));
            return codec.readAnswer(line.read(), type);
        } catch (IOException e) {
            throw new Refused("The server has not answered; whether the command was carried out is not known.");
        }
    }

    private SocketChannel connect() throws IOException {
        try (ControlPath path = ControlPath.of(dataFolder, ControlSocket.NAME)) {
            return SocketChannel.open(path.address());
        }
    }
}
