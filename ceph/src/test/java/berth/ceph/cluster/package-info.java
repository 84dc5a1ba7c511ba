/** Real Ceph clusters on loopback, for tests of this module and of others. */
package berth.ceph.cluster;
