package dev.tollgate.portal;

import dev.tollgate.base.config.PageSettings;
import dev.tollgate.base.config.Secret;
import dev.tollgate.base.config.ServerSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.host.FirstStartFile;
import dev.tollgate.customers.people.FirstStart;
import dev.tollgate.operator.admin.AdminGate.AdminKey;
import org.jspecify.annotations.Nullable;

/**
 * The operator's ways in, which the first start makes.
 *
 * @param file is taken away when the operator has signed in
 * @param password the first operator's if this start has made it, to be shown once; else null
 */
public record FirstKeys(FirstStart file, @Nullable String password, AdminKey admin) {

    public static FirstKeys of(PortalGround ground, PortalBooks books) {
        Settings settings = ground.settings();
        FirstStart file = new FirstStart(new FirstStartFile(settings.data()), books.people());
        file.look();
        Secret chosen = settings.find(PageSettings.OPERATOR_PASSWORD);
        String password = books.people().operators().ensure(chosen == null ? null : chosen.value());
        return new FirstKeys(
                file, password, AdminKey.of(settings.find(ServerSettings.ADMIN_KEY), books.writer(), ground.random()));
    }

    @Override
    public String toString() {
        return "FirstKeys";
    }
}
