package dev.sluice.api.oip.grpc;

import dev.sluice.api.oip.SharedMemory;
import dev.sluice.protos.inference.SystemSharedMemoryRegisterRequest;
import dev.sluice.protos.inference.SystemSharedMemoryRegisterResponse;
import dev.sluice.protos.inference.SystemSharedMemoryStatusRequest;
import dev.sluice.protos.inference.SystemSharedMemoryStatusResponse;
import dev.sluice.protos.inference.SystemSharedMemoryUnregisterRequest;
import dev.sluice.protos.inference.SystemSharedMemoryUnregisterResponse;
import dev.sluice.servable.ServingException;

/** The methods by which clients tell of memory that they share; those that open files block. */
final class SharedMemoryMethods {
  private final SharedMemory regions;

  SharedMemoryMethods(SharedMemory regions) {
    this.regions = regions;
  }

  SystemSharedMemoryStatusResponse status(SystemSharedMemoryStatusRequest request)
      throws ServingException {
    SystemSharedMemoryStatusResponse.Builder response =
        SystemSharedMemoryStatusResponse.newBuilder();
    for (SharedMemory.Region region : regions.status(request.getName())) {
      response.putRegions(
          region.name(),
          SystemSharedMemoryStatusResponse.RegionStatus.newBuilder()
              .setName(region.name())
              .setKey(region.key())
              .setOffset(region.offset())
              .setByteSize(region.byteSize())
              .build());
    }
    return response.build();
  }

  SystemSharedMemoryRegisterResponse register(SystemSharedMemoryRegisterRequest request)
      throws ServingException {
    regions.register(
        new SharedMemory.Region(
            request.getName(), request.getKey(), request.getOffset(), request.getByteSize()));
    return SystemSharedMemoryRegisterResponse.getDefaultInstance();
  }

  SystemSharedMemoryUnregisterResponse unregister(SystemSharedMemoryUnregisterRequest request) {
    if (request.getName().isEmpty()) {
      regions.unregisterAll();
    } else {
      regions.unregister(request.getName());
    }
    return SystemSharedMemoryUnregisterResponse.getDefaultInstance();
  }
}
