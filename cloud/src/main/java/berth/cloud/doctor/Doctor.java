package berth.cloud.doctor;

import java.util.ArrayList;
import java.util.List;

/** Looks at a node for what keeps instances on Ceph from starting, migrating or being found. */
public final class Doctor {
    private Doctor() {}

    /** Makes all checks. Changes nothing; what cannot be looked at is a finding. */
    public static List<Finding> examine(DoctorRequest request) {
        Services services = Services.of(request);
        List<Finding> findings = new ArrayList<>(services.findings());
        findings.addAll(new ClusterChecks(request.cluster(), services).run());
        findings.addAll(new HostChecks(request, services).run());
        return findings;
    }
}
